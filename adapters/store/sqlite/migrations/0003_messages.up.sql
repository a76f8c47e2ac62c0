-- What a message said, whom it was to, where it is pinned and when it ended; and its lists.
CREATE TABLE messages_with_content (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),
  template_name TEXT NOT NULL,
  locale TEXT NOT NULL,
  recipient TEXT NOT NULL,
  recipient_key TEXT NOT NULL,
  -- All zeros where it is to no user.
  user_id BLOB NOT NULL CHECK (length(user_id) = 16),
  variables TEXT,
  subject TEXT NOT NULL,
  body_text TEXT NOT NULL,
  body_html TEXT NOT NULL,
  language TEXT NOT NULL,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  due_time INTEGER NOT NULL,
  expire_time INTEGER,
  lease_epoch INTEGER NOT NULL CHECK (lease_epoch >= 0),
  provider TEXT NOT NULL,
  provider_message_id TEXT NOT NULL,
  pinned_provider TEXT NOT NULL,
  pin_time INTEGER,
  last_error TEXT NOT NULL,
  traceparent TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  send_time INTEGER,
  end_time INTEGER,
  CONSTRAINT pin_has_provider CHECK (pin_time IS NULL OR pinned_provider <> ''),
  CONSTRAINT ended_has_end_time CHECK ((state IN (3, 4, 5)) = (end_time IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- The canonical key of an address is known where it is the user's still.
INSERT INTO messages_with_content
SELECT m.id, m.state, m.template_name, m.locale, m.recipient,
  coalesce((SELECT u.email_key FROM users u WHERE u.id = m.user_id AND u.email = m.recipient), lower(m.recipient)),
  m.user_id, m.variables, '', '', '', '', m.attempts, m.due_time, m.expire_time, m.lease_epoch, m.provider,
  m.provider_message_id, '', NULL, m.last_error, m.traceparent, m.create_time, m.send_time,
  CASE WHEN m.state IN (3, 4, 5) THEN coalesce(m.send_time, m.create_time) END
FROM messages m;

DROP TABLE messages;
ALTER TABLE messages_with_content RENAME TO messages;

-- Those that are still owed: queued and sending.
CREATE INDEX messages_by_due_time ON messages (due_time) WHERE state IN (1, 2);
CREATE INDEX messages_by_end_time ON messages (end_time) WHERE end_time IS NOT NULL;
CREATE INDEX messages_by_state ON messages (state, create_time, id);
CREATE INDEX messages_by_user ON messages (user_id, state, create_time, id);
CREATE INDEX messages_by_recipient ON messages (recipient_key, state, create_time, id);
