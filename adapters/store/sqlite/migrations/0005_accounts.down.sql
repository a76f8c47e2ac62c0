DROP INDEX events_by_user;
DROP INDEX idempotency_by_user;
ALTER TABLE idempotency DROP COLUMN user_id;
DROP INDEX users_by_purge_time;
DROP TABLE sign_in_throttles;
DROP TABLE sessions;
ALTER TABLE users DROP COLUMN suspend_time;
-- Without the column, a token of purpose 3 can't be used.
DELETE FROM email_tokens WHERE purpose = 3;
ALTER TABLE email_tokens DROP COLUMN new_email;
