-- Ids are UUIDv7s and digests are raw bytes; times are microseconds since the Unix epoch; amounts are minor
-- units; texts that are not set are empty; labels, variables and a refund's lines are JSON, or NULL where
-- there are none. The constraints state what must hold of every row, whoever writes it.

CREATE TABLE users (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  email_verify_time INTEGER,
  display_name TEXT NOT NULL,
  locale TEXT NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
  labels TEXT,
  create_time INTEGER NOT NULL,
  update_time INTEGER NOT NULL,
  delete_time INTEGER,
  purge_time INTEGER,
  version INTEGER NOT NULL CHECK (version >= 1)
) STRICT, WITHOUT ROWID;
-- An erased account holds no address.
CREATE UNIQUE INDEX users_by_email_key ON users (email_key) WHERE state <> 4;

-- Apart from users, so that no query for a user can show it.
CREATE TABLE credentials (
  user_id BLOB NOT NULL PRIMARY KEY REFERENCES users (id),
  password_hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE email_tokens (
  user_id BLOB NOT NULL REFERENCES users (id),
  purpose INTEGER NOT NULL,
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  email_key TEXT NOT NULL,
  expire_time INTEGER NOT NULL,
  PRIMARY KEY (user_id, purpose)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX email_tokens_by_digest ON email_tokens (digest);
CREATE INDEX email_tokens_by_expire_time ON email_tokens (expire_time);

CREATE TABLE cooldowns (
  key BLOB NOT NULL PRIMARY KEY CHECK (length(key) = 16),
  until_time INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX cooldowns_by_until_time ON cooldowns (until_time);

CREATE TABLE orders (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  user_id BLOB NOT NULL REFERENCES users (id),
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  shipping INTEGER NOT NULL CHECK (shipping >= 0),
  total INTEGER NOT NULL CHECK (total >= 0),
  paid INTEGER NOT NULL CHECK (paid IN (0, total)),
  refunded INTEGER NOT NULL CHECK (refunded >= 0),
  refund_pending INTEGER NOT NULL CHECK (refund_pending >= 0),
  refunded_shipping INTEGER NOT NULL CHECK (refunded_shipping BETWEEN 0 AND shipping),
  refund_count INTEGER NOT NULL CHECK (refund_count >= 0),
  payment_provider TEXT NOT NULL,
  payment_reference TEXT NOT NULL,
  reference TEXT NOT NULL,
  labels TEXT,
  create_time INTEGER NOT NULL,
  update_time INTEGER NOT NULL,
  pay_time INTEGER,
  ship_time INTEGER,
  deliver_time INTEGER,
  cancel_time INTEGER,
  version INTEGER NOT NULL CHECK (version >= 1),
  CONSTRAINT refunds_within_paid CHECK (refunded + refund_pending <= paid)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX orders_by_reference ON orders (reference) WHERE reference <> '';
CREATE INDEX orders_by_user ON orders (user_id);

CREATE TABLE order_lines (
  order_id BLOB NOT NULL REFERENCES orders (id),
  line INTEGER NOT NULL CHECK (line >= 0),
  sku TEXT NOT NULL,
  title TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity >= 1),
  unit_price INTEGER NOT NULL CHECK (unit_price >= 0),
  discount INTEGER NOT NULL CHECK (discount >= 0),
  tax INTEGER NOT NULL CHECK (tax >= 0),
  total INTEGER NOT NULL CHECK (total >= 0),
  refunded_quantity INTEGER NOT NULL CHECK (refunded_quantity BETWEEN 0 AND quantity),
  refunded_amount INTEGER NOT NULL CHECK (refunded_amount BETWEEN 0 AND total),
  PRIMARY KEY (order_id, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE refunds (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  order_id BLOB NOT NULL REFERENCES orders (id),
  user_id BLOB NOT NULL CHECK (length(user_id) = 16),
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 7),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  amount INTEGER NOT NULL CHECK (amount >= 1),
  shipping INTEGER NOT NULL CHECK (shipping BETWEEN 0 AND amount),
  lines TEXT,
  reason INTEGER NOT NULL CHECK (reason BETWEEN 0 AND 7),
  note TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  decision_note TEXT NOT NULL,
  payment_provider TEXT NOT NULL,
  payment_reference TEXT NOT NULL,
  provider_reference TEXT NOT NULL,
  failure_code TEXT NOT NULL,
  failure_message TEXT NOT NULL,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  due_time INTEGER,
  create_time INTEGER NOT NULL,
  update_time INTEGER NOT NULL,
  decide_time INTEGER,
  settle_time INTEGER,
  version INTEGER NOT NULL CHECK (version >= 1)
) STRICT, WITHOUT ROWID;
-- A user's are found by the user's orders.
CREATE INDEX refunds_by_order ON refunds (order_id);
-- Those that the settler still has to look at: approved and processing.
CREATE INDEX refunds_by_due_time ON refunds (due_time) WHERE state IN (2, 3);

CREATE TABLE messages (
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
-- Those that are still owed: queued and sending.
CREATE INDEX messages_by_due_time ON messages (due_time) WHERE state IN (1, 2);
CREATE INDEX messages_queued_by_user ON messages (user_id) WHERE state = 1;

CREATE TABLE events (
  sequence INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  user_id BLOB NOT NULL CHECK (length(user_id) = 16),
  actor TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  payload TEXT NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- Rows in the order they came and a lean index of the keys, which are random: what is touched stays small.
CREATE TABLE idempotency (
  row INTEGER PRIMARY KEY,
  key BLOB NOT NULL UNIQUE CHECK (length(key) = 16),
  content BLOB NOT NULL CHECK (length(content) = 16),
  answer BLOB NOT NULL,
  create_time INTEGER NOT NULL
) STRICT;
CREATE INDEX idempotency_by_create_time ON idempotency (create_time);

CREATE TABLE settings (
  name TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What is written to find out whether the store takes writes again after a failure.
CREATE TABLE probe (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  content BLOB NOT NULL
) STRICT;
