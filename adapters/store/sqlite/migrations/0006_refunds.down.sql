DROP TRIGGER refund_labels_delete;
DROP TRIGGER refund_labels_update;
DROP TRIGGER refund_labels_insert;
DROP TABLE refund_labels;
DROP TRIGGER order_labels_delete;
DROP TRIGGER order_labels_update;
DROP TRIGGER order_labels_insert;
DROP TABLE order_labels;
DROP INDEX refunds_by_payment;
DROP INDEX orders_by_refund_status;
DROP INDEX orders_by_payment;
-- This step fails if a refund has a withheld amount, or consists of lines and goodwill, because earlier versions can't
-- represent such a refund.
CREATE TEMP TABLE downgradable (refund BLOB, earlier INTEGER CHECK (earlier = 1));
INSERT INTO downgradable
  SELECT r.id, r.amount = r.shipping + coalesce(sum(l.value ->> 2), 0) AND coalesce(sum(l.value ->> 3), 0) = 0
  FROM refunds r LEFT JOIN json_each(r.lines) l WHERE r.lines IS NOT NULL OR r.shipping > 0 GROUP BY r.id;
DROP TABLE downgradable;
UPDATE refunds SET lines = (SELECT json_group_array(json_remove(line.value, '$[3]')) FROM json_each(lines) line)
  WHERE lines IS NOT NULL;
ALTER TABLE refunds DROP COLUMN retries;
ALTER TABLE refunds DROP COLUMN override_note;
ALTER TABLE refunds DROP COLUMN overridden_rules;
ALTER TABLE refunds DROP COLUMN labels;
ALTER TABLE refunds DROP COLUMN scope;
ALTER TABLE orders DROP COLUMN refund_status;
ALTER TABLE order_lines DROP COLUMN withheld_amount;
