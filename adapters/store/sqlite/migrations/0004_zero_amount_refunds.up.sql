-- Units of a free line, and units whose share of their line's total rounds to 0, are returned by zero-amount refunds.
CREATE TABLE new_refunds (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  order_id BLOB NOT NULL REFERENCES orders (id),
  user_id BLOB NOT NULL CHECK (length(user_id) = 16),
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 7),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  amount INTEGER NOT NULL CHECK (amount >= 0),
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
  version INTEGER NOT NULL CHECK (version >= 1),
  CONSTRAINT refund_has_amount_or_units CHECK (amount >= 1 OR lines IS NOT NULL)
) STRICT, WITHOUT ROWID;

INSERT INTO new_refunds
SELECT id, order_id, user_id, state, currency, amount, shipping, lines, reason, note, requested_by, decided_by,
  decision_note, payment_provider, payment_reference, provider_reference, failure_code, failure_message, attempts,
  due_time, create_time, update_time, decide_time, settle_time, version
FROM refunds;

DROP TABLE refunds;
ALTER TABLE new_refunds RENAME TO refunds;

-- Refunds that the settler processes: approved and processing.
CREATE INDEX refunds_by_due_time ON refunds (due_time) WHERE state IN (2, 3);
CREATE INDEX refunds_by_order ON refunds (order_id, create_time, id);
CREATE INDEX refunds_by_user ON refunds (user_id, state, create_time, id);
CREATE INDEX refunds_by_state ON refunds (state, create_time, id);
