DROP TRIGGER refund_labels_delete ON refunds;
DROP TRIGGER refund_labels_update ON refunds;
DROP TRIGGER refund_labels_insert ON refunds;
DROP FUNCTION update_refund_labels;
DROP TABLE refund_labels;
DROP TRIGGER order_labels_delete ON orders;
DROP TRIGGER order_labels_update ON orders;
DROP TRIGGER order_labels_insert ON orders;
DROP FUNCTION update_order_labels;
DROP TABLE order_labels;
DROP INDEX refunds_by_payment, orders_by_refund_status, orders_by_payment;
-- This step fails if a refund has a withheld amount, or consists of lines and goodwill, because earlier versions can't
-- represent such a refund.
ALTER TABLE refunds ADD COLUMN earlier boolean;
UPDATE refunds SET earlier =
    amount - shipping = (SELECT coalesce(sum((line ->> 2)::bigint), 0) FROM jsonb_array_elements(lines) line)
    AND NOT EXISTS (SELECT FROM jsonb_array_elements(lines) line WHERE (line ->> 3)::bigint <> 0)
  WHERE lines <> '[]' OR shipping > 0;
ALTER TABLE refunds ADD CONSTRAINT refund_is_of_earlier_version CHECK (earlier);
ALTER TABLE refunds DROP COLUMN earlier;
UPDATE refunds SET lines = (SELECT jsonb_agg(line - 3 ORDER BY place)
    FROM jsonb_array_elements(lines) WITH ORDINALITY AS l (line, place))
  WHERE lines <> '[]';
ALTER TABLE refunds
  DROP COLUMN retries,
  DROP COLUMN override_note,
  DROP COLUMN overridden_rules,
  DROP COLUMN labels,
  DROP COLUMN scope;
DROP TRIGGER orders_refund_status ON orders;
DROP FUNCTION set_refund_status;
ALTER TABLE orders DROP COLUMN refund_status;
ALTER TABLE order_lines DROP COLUMN withheld_amount;
