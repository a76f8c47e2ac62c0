-- An order may be paid in parts, and a payment may arrive after the cancellation (state 5). SQLite can't alter a CHECK
-- constraint. Copying a table that other tables refer to would rewrite the whole database; editing the declaration is
-- safe, because every existing row satisfies the new constraint.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (paid IN (0, total))',
    'CHECK (paid >= 0 AND (paid <= total OR state = 5))')
  WHERE type = 'table' AND name = 'orders';
PRAGMA writable_schema = RESET;

-- The number of rows in order_payments: 0 if the row of the order describes its only payment.
ALTER TABLE orders ADD COLUMN payment_count INTEGER NOT NULL DEFAULT 0 CHECK (payment_count >= 0);

-- Every payment of an order that was not paid at once.
CREATE TABLE order_payments (
  order_id BLOB NOT NULL REFERENCES orders (id),
  payment INTEGER NOT NULL CHECK (payment >= 0),
  provider TEXT NOT NULL,
  reference TEXT NOT NULL,
  amount INTEGER NOT NULL CHECK (amount >= 0),
  refunded INTEGER NOT NULL CHECK (refunded >= 0),
  refund_pending INTEGER NOT NULL CHECK (refund_pending >= 0),
  pay_time INTEGER NOT NULL,
  -- The create_time of the order, for lists.
  order_time INTEGER NOT NULL,
  PRIMARY KEY (order_id, payment),
  CONSTRAINT refunds_within_payment CHECK (refunded + refund_pending <= amount)
) STRICT, WITHOUT ROWID;
CREATE INDEX order_payments_by_reference ON order_payments (reference, order_time, order_id) WHERE reference <> '';

-- Every existing refund refunds the only payment of its order: 0.
ALTER TABLE refunds ADD COLUMN payment INTEGER NOT NULL DEFAULT 0 CHECK (payment >= 0);
ALTER TABLE refunds ADD COLUMN split_ids TEXT NOT NULL DEFAULT '';
