-- This step fails if an order has several payments or is paid in part, because earlier versions can't represent
-- such an order.
ALTER TABLE orders ADD CONSTRAINT has_one_payment CHECK (payment_count = 0);
ALTER TABLE refunds DROP COLUMN split_ids, DROP COLUMN payment;
DROP TABLE order_payments;
ALTER TABLE orders
  DROP COLUMN payment_count,
  DROP CONSTRAINT paid_within_total,
  ADD CHECK (paid IN (0, total));
