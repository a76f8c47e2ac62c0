-- Active sessions: a session that ends is deleted. The tokens are stored as digests only.
CREATE TABLE sessions (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id),
  user_agent text NOT NULL,
  ip_address text NOT NULL,
  create_time timestamptz NOT NULL,
  last_use_time timestamptz NOT NULL,
  access_expire_time timestamptz NOT NULL,
  expire_time timestamptz NOT NULL,
  access_digest bytea NOT NULL CHECK (length(access_digest) = 32),
  refresh_key bytea NOT NULL CHECK (length(refresh_key) = 32),
  refresh_digest bytea NOT NULL CHECK (length(refresh_digest) = 32),
  previous_digest bytea CHECK (length(previous_digest) = 32),
  salt bytea NOT NULL CHECK (length(salt) = 32),
  rotate_time timestamptz NOT NULL,
  generation bigint NOT NULL CHECK (generation >= 0),
  email_verified boolean NOT NULL,
  CONSTRAINT session_expires_after_creation CHECK (expire_time > create_time),
  CONSTRAINT session_outlasts_access_token CHECK (access_expire_time <= expire_time),
  CONSTRAINT session_has_previous_token CHECK ((generation > 0) = (previous_digest IS NOT NULL))
) WITH (fillfactor = 80);  -- recording a use changes a row in its place
CREATE UNIQUE INDEX sessions_by_access_digest ON sessions (access_digest);
CREATE UNIQUE INDEX sessions_by_refresh_key ON sessions (refresh_key);
CREATE INDEX sessions_by_user ON sessions (user_id, create_time, id);
CREATE INDEX sessions_by_expire_time ON sessions (expire_time);

-- Failed sign-ins of an account or of a network. The key is a part of a SHA-256.
CREATE TABLE sign_in_throttles (
  key uuid PRIMARY KEY,
  failures bigint NOT NULL CHECK (failures >= 0),
  blocked_until timestamptz NOT NULL,
  expire_time timestamptz NOT NULL,
  CONSTRAINT throttle_outlasts_block CHECK (blocked_until <= expire_time)
);
CREATE INDEX sign_in_throttles_by_expire_time ON sign_in_throttles (expire_time);

-- When the suspension of an account began; kept while the account is deleted, because UndeleteUser restores the
-- suspension. Earlier versions had no method that suspends accounts, but SQL could set the state.
ALTER TABLE users ADD COLUMN suspend_time timestamptz;
UPDATE users SET suspend_time = update_time WHERE state = 2;

-- The address to which a token of purpose 3 changes the account.
ALTER TABLE email_tokens
  ADD COLUMN new_email text NOT NULL DEFAULT '',
  ADD CONSTRAINT change_token_has_new_email CHECK ((purpose = 3) = (new_email <> ''));

-- Users whose retention period ends. Only deleted users have a purge_time.
CREATE INDEX users_by_purge_time ON users (purge_time, id) WHERE purge_time IS NOT NULL;

-- The user whose personal data a response contains, for the erasure of the user. Responses that an earlier version
-- stored have no user; they are deleted after 48 hours.
ALTER TABLE idempotency ADD COLUMN user_id uuid;
CREATE INDEX idempotency_by_user ON idempotency (user_id) WHERE user_id IS NOT NULL;

-- For the export of a user's data.
CREATE INDEX events_by_user ON events (user_id, sequence);
