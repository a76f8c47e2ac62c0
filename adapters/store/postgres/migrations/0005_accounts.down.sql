DROP TABLE sign_in_throttles, sessions;
ALTER TABLE users DROP COLUMN suspend_time;
