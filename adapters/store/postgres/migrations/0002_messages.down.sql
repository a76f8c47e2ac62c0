DROP INDEX messages_by_recipient, messages_by_user, messages_by_state, messages_by_end_time;
ALTER TABLE messages
  DROP COLUMN recipient_key,
  DROP COLUMN subject,
  DROP COLUMN body_text,
  DROP COLUMN body_html,
  DROP COLUMN language,
  DROP COLUMN pinned_provider,
  DROP COLUMN pin_time,
  DROP COLUMN end_time;
CREATE INDEX messages_queued_by_user ON messages (user_id) WHERE state = 1;
