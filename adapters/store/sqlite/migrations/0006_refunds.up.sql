-- The share of a line's refunded units that refunds withheld, such as a restocking fee.
ALTER TABLE order_lines ADD COLUMN withheld_amount INTEGER NOT NULL DEFAULT 0 CHECK (withheld_amount >= 0)
  CONSTRAINT line_shares_within_total CHECK (refunded_amount + withheld_amount <= total);

-- 1: not refunded, 2: refunded in part, 3: refunded in full.
ALTER TABLE orders ADD COLUMN refund_status INTEGER NOT NULL DEFAULT 1 CHECK (refund_status BETWEEN 1 AND 3);
UPDATE orders SET refund_status = CASE WHEN refunded < paid THEN 2 ELSE 3 END WHERE refunded > 0;

-- Earlier versions did not store the scope: a refund of everything is stored as a refund of an amount.
ALTER TABLE refunds ADD COLUMN scope INTEGER NOT NULL DEFAULT 2 CHECK (scope BETWEEN 0 AND 3);
ALTER TABLE refunds ADD COLUMN labels TEXT;
ALTER TABLE refunds ADD COLUMN overridden_rules TEXT NOT NULL DEFAULT '';
ALTER TABLE refunds ADD COLUMN override_note TEXT NOT NULL DEFAULT '';
ALTER TABLE refunds ADD COLUMN retries INTEGER NOT NULL DEFAULT 0 CHECK (retries >= 0);
UPDATE refunds SET scope = 3 WHERE lines IS NOT NULL OR shipping > 0;
-- The fourth number of a refunded line is the withheld share.
UPDATE refunds SET lines = (SELECT json_group_array(json_insert(line.value, '$[#]', 0)) FROM json_each(lines) line)
  WHERE lines IS NOT NULL;
