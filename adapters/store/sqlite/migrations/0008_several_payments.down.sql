-- This step fails if an order has several payments or is paid in part, because earlier versions can't represent such an
-- order.
CREATE TEMP TABLE downgradable (payment_count INTEGER CHECK (payment_count = 0));
INSERT INTO downgradable SELECT payment_count FROM orders WHERE payment_count > 0 OR paid NOT IN (0, total);
DROP TABLE downgradable;
ALTER TABLE refunds DROP COLUMN split_ids;
ALTER TABLE refunds DROP COLUMN payment;
DROP TABLE order_payments;
ALTER TABLE orders DROP COLUMN payment_count;
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (paid >= 0 AND (paid <= total OR state = 5))',
    'CHECK (paid IN (0, total))')
  WHERE type = 'table' AND name = 'orders';
PRAGMA writable_schema = RESET;
