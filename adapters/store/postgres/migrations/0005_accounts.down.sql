DROP INDEX events_by_user, idempotency_by_user, users_by_purge_time;
ALTER TABLE idempotency DROP COLUMN user_id;
DROP TABLE sign_in_throttles, sessions;
ALTER TABLE users DROP COLUMN suspend_time;
-- Without the column, a token of purpose 3 can't be used.
DELETE FROM email_tokens WHERE purpose = 3;
ALTER TABLE email_tokens DROP COLUMN new_email;
