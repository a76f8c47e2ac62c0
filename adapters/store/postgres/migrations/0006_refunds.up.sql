-- The share of a line's refunded units that refunds withheld, such as a restocking fee.
ALTER TABLE order_lines
  ADD COLUMN withheld_amount bigint NOT NULL DEFAULT 0 CHECK (withheld_amount >= 0),
  ADD CONSTRAINT line_shares_within_total CHECK (refunded_amount + withheld_amount <= total);

-- 1: not refunded, 2: refunded in part, 3: refunded in full.
ALTER TABLE orders ADD COLUMN refund_status smallint NOT NULL DEFAULT 1 CHECK (refund_status BETWEEN 1 AND 3);
UPDATE orders SET refund_status = CASE WHEN refunded < paid THEN 2 ELSE 3 END WHERE refunded > 0;

-- Earlier versions did not store the scope: a refund of everything is stored as a refund of an amount.
ALTER TABLE refunds
  ADD COLUMN scope smallint NOT NULL DEFAULT 2 CHECK (scope BETWEEN 0 AND 3),
  ADD COLUMN labels jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN overridden_rules text NOT NULL DEFAULT '',
  ADD COLUMN override_note text NOT NULL DEFAULT '',
  ADD COLUMN retries bigint NOT NULL DEFAULT 0 CHECK (retries >= 0);
UPDATE refunds SET scope = 3 WHERE lines <> '[]' OR shipping > 0;
-- The fourth number of a refunded line is the withheld share.
UPDATE refunds SET lines = (SELECT jsonb_agg(line || '0' ORDER BY place)
    FROM jsonb_array_elements(lines) WITH ORDINALITY AS l (line, place))
  WHERE lines <> '[]';
