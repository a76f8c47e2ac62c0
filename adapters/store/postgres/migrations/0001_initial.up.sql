-- Amounts are minor units; texts that are not set are empty. The constraints state what must hold of every row,
-- whoever writes it. What belongs to a user carries the user's id in its key, so that an engine which spreads tables
-- over nodes can keep a user's rows together.

CREATE TABLE users (
  id uuid PRIMARY KEY,
  email text NOT NULL,
  -- Compared byte by byte, as the service does.
  email_key text COLLATE "C" NOT NULL,
  email_verify_time timestamptz,
  display_name text NOT NULL,
  locale text NOT NULL,
  state smallint NOT NULL CHECK (state BETWEEN 1 AND 4),
  labels jsonb NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  delete_time timestamptz,
  purge_time timestamptz,
  version bigint NOT NULL CHECK (version >= 1)
);
-- An erased account holds no address.
CREATE UNIQUE INDEX users_by_email_key ON users (email_key) WHERE state <> 4;
CREATE INDEX users_by_state ON users (state, create_time, id);

-- Apart from users, so that no query for a user can show it.
CREATE TABLE credentials (
  user_id uuid PRIMARY KEY REFERENCES users (id),
  password_hash text NOT NULL
);

CREATE TABLE email_tokens (
  user_id uuid NOT NULL REFERENCES users (id),
  purpose smallint NOT NULL,
  digest bytea NOT NULL CHECK (length(digest) = 32),
  email_key text COLLATE "C" NOT NULL,
  expire_time timestamptz NOT NULL,
  PRIMARY KEY (user_id, purpose)
);
CREATE INDEX email_tokens_by_digest ON email_tokens (digest);
CREATE INDEX email_tokens_by_expire_time ON email_tokens (expire_time);

CREATE TABLE cooldowns (
  key uuid PRIMARY KEY,
  until_time timestamptz NOT NULL
);
CREATE INDEX cooldowns_by_until_time ON cooldowns (until_time);

CREATE TABLE orders (
  id uuid NOT NULL,
  user_id uuid NOT NULL REFERENCES users (id),
  state smallint NOT NULL CHECK (state BETWEEN 1 AND 5),
  currency text NOT NULL CHECK (length(currency) = 3),
  shipping bigint NOT NULL CHECK (shipping >= 0),
  total bigint NOT NULL CHECK (total >= 0),
  paid bigint NOT NULL CHECK (paid IN (0, total)),
  refunded bigint NOT NULL CHECK (refunded >= 0),
  refund_pending bigint NOT NULL CHECK (refund_pending >= 0),
  refunded_shipping bigint NOT NULL CHECK (refunded_shipping BETWEEN 0 AND shipping),
  refund_count bigint NOT NULL CHECK (refund_count >= 0),
  payment_provider text NOT NULL,
  payment_reference text NOT NULL,
  reference text NOT NULL,
  labels jsonb NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  pay_time timestamptz,
  ship_time timestamptz,
  deliver_time timestamptz,
  cancel_time timestamptz,
  version bigint NOT NULL CHECK (version >= 1),
  PRIMARY KEY (id, user_id),
  CONSTRAINT refunds_within_paid CHECK (refunded + refund_pending <= paid)
) WITH (fillfactor = 80);  -- a refund changes an order in its place
CREATE INDEX orders_by_time ON orders (create_time, id);
CREATE INDEX orders_by_state ON orders (state, create_time, id);
CREATE INDEX orders_by_user ON orders (user_id, create_time, id);

-- The callers' own numbers, each once.
CREATE TABLE order_references (
  reference text PRIMARY KEY,
  order_id uuid NOT NULL,
  user_id uuid NOT NULL,
  FOREIGN KEY (order_id, user_id) REFERENCES orders (id, user_id)
);

CREATE TABLE order_lines (
  order_id uuid NOT NULL,
  user_id uuid NOT NULL,
  line bigint NOT NULL CHECK (line >= 0),
  sku text NOT NULL,
  title text NOT NULL,
  quantity bigint NOT NULL CHECK (quantity >= 1),
  unit_price bigint NOT NULL CHECK (unit_price >= 0),
  discount bigint NOT NULL CHECK (discount >= 0),
  tax bigint NOT NULL CHECK (tax >= 0),
  total bigint NOT NULL CHECK (total >= 0),
  refunded_quantity bigint NOT NULL CHECK (refunded_quantity BETWEEN 0 AND quantity),
  refunded_amount bigint NOT NULL CHECK (refunded_amount BETWEEN 0 AND total),
  PRIMARY KEY (order_id, user_id, line),
  FOREIGN KEY (order_id, user_id) REFERENCES orders (id, user_id)
) WITH (fillfactor = 80);

CREATE TABLE refunds (
  id uuid NOT NULL,
  order_id uuid NOT NULL,
  user_id uuid NOT NULL,
  state smallint NOT NULL CHECK (state BETWEEN 1 AND 7),
  currency text NOT NULL CHECK (length(currency) = 3),
  amount bigint NOT NULL CHECK (amount >= 1),
  shipping bigint NOT NULL CHECK (shipping BETWEEN 0 AND amount),
  lines jsonb NOT NULL,
  reason smallint NOT NULL CHECK (reason BETWEEN 0 AND 7),
  note text NOT NULL,
  requested_by text NOT NULL,
  decided_by text NOT NULL,
  decision_note text NOT NULL,
  payment_provider text NOT NULL,
  payment_reference text NOT NULL,
  provider_reference text NOT NULL,
  failure_code text NOT NULL,
  failure_message text NOT NULL,
  attempts bigint NOT NULL CHECK (attempts >= 0),
  due_time timestamptz,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  decide_time timestamptz,
  settle_time timestamptz,
  version bigint NOT NULL CHECK (version >= 1),
  PRIMARY KEY (id, user_id),
  FOREIGN KEY (order_id, user_id) REFERENCES orders (id, user_id)
);
CREATE INDEX refunds_by_order ON refunds (order_id);
CREATE INDEX refunds_by_time ON refunds (create_time, id);
CREATE INDEX refunds_by_state ON refunds (state, create_time, id);
CREATE INDEX refunds_by_user ON refunds (user_id, create_time, id);
-- Those that the settler still has to look at: approved and processing.
CREATE INDEX refunds_by_due_time ON refunds (due_time, id) WHERE state IN (2, 3);

CREATE TABLE messages (
  id uuid NOT NULL,
  state smallint NOT NULL CHECK (state BETWEEN 1 AND 5),
  template_name text NOT NULL,
  locale text NOT NULL,
  recipient text NOT NULL,
  user_id uuid NOT NULL,
  variables jsonb NOT NULL,
  attempts bigint NOT NULL CHECK (attempts >= 0),
  due_time timestamptz NOT NULL,
  expire_time timestamptz,
  lease_epoch bigint NOT NULL CHECK (lease_epoch >= 0),
  provider text NOT NULL,
  provider_message_id text NOT NULL,
  last_error text NOT NULL,
  traceparent text NOT NULL,
  create_time timestamptz NOT NULL,
  send_time timestamptz,
  PRIMARY KEY (id, user_id)
);
-- Those that are still owed: queued and sending.
CREATE INDEX messages_by_due_time ON messages (due_time, id) WHERE state IN (1, 2);
CREATE INDEX messages_queued_by_user ON messages (user_id) WHERE state = 1;

-- Events as they are written, by many at once, and waiting for their numbers.
CREATE TABLE event_inbox (
  ordinal bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  type text NOT NULL,
  subject text NOT NULL,
  user_id uuid NOT NULL,
  actor text NOT NULL,
  correlation_id text NOT NULL,
  create_time timestamptz NOT NULL,
  payload json NOT NULL
);

-- Numbered from 1 without gaps and chained. The payload is kept as it is written: the hash covers it.
CREATE TABLE events (
  sequence bigint PRIMARY KEY,
  type text NOT NULL,
  subject text NOT NULL,
  user_id uuid NOT NULL,
  actor text NOT NULL,
  correlation_id text NOT NULL,
  create_time timestamptz NOT NULL,
  payload json NOT NULL,
  hash bytea NOT NULL CHECK (length(hash) = 32)
);

CREATE TABLE idempotency (
  key uuid CONSTRAINT idempotency_pkey PRIMARY KEY,
  content uuid NOT NULL,
  answer bytea NOT NULL,
  create_time timestamptz NOT NULL
);
CREATE INDEX idempotency_by_create_time ON idempotency (create_time);

CREATE TABLE settings (
  name text PRIMARY KEY,
  value bytea NOT NULL
);
