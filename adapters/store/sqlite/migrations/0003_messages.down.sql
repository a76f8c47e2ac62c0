CREATE TABLE messages_without_content (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),
  template_name TEXT NOT NULL,
  locale TEXT NOT NULL,
  recipient TEXT NOT NULL,
  user_id BLOB NOT NULL CHECK (length(user_id) = 16),
  variables TEXT,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  due_time INTEGER NOT NULL,
  expire_time INTEGER,
  lease_epoch INTEGER NOT NULL CHECK (lease_epoch >= 0),
  provider TEXT NOT NULL,
  provider_message_id TEXT NOT NULL,
  last_error TEXT NOT NULL,
  traceparent TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  send_time INTEGER
) STRICT, WITHOUT ROWID;

INSERT INTO messages_without_content
SELECT id, state, template_name, locale, recipient, user_id, variables, attempts, due_time, expire_time,
  lease_epoch, provider, provider_message_id, last_error, traceparent, create_time, send_time
FROM messages;

DROP TABLE messages;
ALTER TABLE messages_without_content RENAME TO messages;

CREATE INDEX messages_by_due_time ON messages (due_time) WHERE state IN (1, 2);
CREATE INDEX messages_queued_by_user ON messages (user_id) WHERE state = 1;
