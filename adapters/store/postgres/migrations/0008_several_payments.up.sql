-- An order may be paid in parts, and a payment may arrive after the cancellation (state 5). The name of the earlier
-- constraint is generated.
DO $$
DECLARE
  earlier name;
BEGIN
  SELECT conname INTO STRICT earlier FROM pg_constraint
  WHERE conrelid = 'orders'::regclass AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '%paid = %total%';
  EXECUTE format('ALTER TABLE orders DROP CONSTRAINT %I', earlier);
END
$$;
-- The number of rows in order_payments: 0 if the row of the order describes its only payment.
ALTER TABLE orders
  ADD CONSTRAINT paid_within_total CHECK (paid >= 0 AND (paid <= total OR state = 5)),
  ADD COLUMN payment_count bigint NOT NULL DEFAULT 0 CHECK (payment_count >= 0);

-- Every payment of an order that was not paid at once.
CREATE TABLE order_payments (
  order_id uuid NOT NULL,
  user_id uuid NOT NULL,
  payment bigint NOT NULL CHECK (payment >= 0),
  provider text NOT NULL,
  reference text NOT NULL,
  amount bigint NOT NULL CHECK (amount >= 0),
  refunded bigint NOT NULL CHECK (refunded >= 0),
  refund_pending bigint NOT NULL CHECK (refund_pending >= 0),
  pay_time timestamptz NOT NULL,
  -- The create_time of the order, for lists.
  order_time timestamptz NOT NULL,
  PRIMARY KEY (order_id, user_id, payment),
  FOREIGN KEY (order_id, user_id) REFERENCES orders (id, user_id),
  CONSTRAINT refunds_within_payment CHECK (refunded + refund_pending <= amount)
);
CREATE INDEX order_payments_by_reference ON order_payments (reference, order_time, order_id) WHERE reference <> '';

-- Every existing refund refunds the only payment of its order: 0.
ALTER TABLE refunds
  ADD COLUMN payment bigint NOT NULL DEFAULT 0 CHECK (payment >= 0),
  ADD COLUMN split_ids text NOT NULL DEFAULT '';
