DROP TABLE sign_in_throttles;
DROP TABLE sessions;
ALTER TABLE users DROP COLUMN suspend_time;
