-- What a message said, whom it was to, where it is pinned and when it ended; and its lists. A user_id of zeros is
-- that of a message to no user.
ALTER TABLE messages
  ADD COLUMN recipient_key text COLLATE "C" NOT NULL DEFAULT '',
  ADD COLUMN subject text NOT NULL DEFAULT '',
  ADD COLUMN body_text text NOT NULL DEFAULT '',
  ADD COLUMN body_html text NOT NULL DEFAULT '',
  ADD COLUMN language text NOT NULL DEFAULT '',
  ADD COLUMN pinned_provider text NOT NULL DEFAULT '',
  ADD COLUMN pin_time timestamptz,
  ADD COLUMN end_time timestamptz;

-- The canonical key of an address is known where it is the user's still.
UPDATE messages m SET
  recipient_key = coalesce(
    (SELECT u.email_key FROM users u WHERE u.id = m.user_id AND u.email = m.recipient),
    lower(m.recipient COLLATE "C")),
  end_time = CASE WHEN m.state IN (3, 4, 5) THEN coalesce(m.send_time, m.create_time) END;

-- From here on every column is written.
ALTER TABLE messages
  ALTER COLUMN recipient_key DROP DEFAULT,
  ALTER COLUMN subject DROP DEFAULT,
  ALTER COLUMN body_text DROP DEFAULT,
  ALTER COLUMN body_html DROP DEFAULT,
  ALTER COLUMN language DROP DEFAULT,
  ALTER COLUMN pinned_provider DROP DEFAULT,
  ADD CONSTRAINT pin_has_provider CHECK (pin_time IS NULL OR pinned_provider <> ''),
  ADD CONSTRAINT ended_has_end_time CHECK ((state IN (3, 4, 5)) = (end_time IS NOT NULL));

DROP INDEX messages_queued_by_user;
CREATE INDEX messages_by_end_time ON messages (end_time) WHERE end_time IS NOT NULL;
CREATE INDEX messages_by_state ON messages (state, create_time, id);
CREATE INDEX messages_by_user ON messages (user_id, state, create_time, id);
CREATE INDEX messages_by_recipient ON messages (recipient_key, state, create_time, id);
