-- The share of a line's refunded units that refunds withheld, such as a restocking fee.
ALTER TABLE order_lines ADD COLUMN withheld_amount INTEGER NOT NULL DEFAULT 0 CHECK (withheld_amount >= 0)
  CONSTRAINT line_shares_within_total CHECK (refunded_amount + withheld_amount <= total);

-- 1: not refunded, 2: refunded in part, 3: refunded in full.
ALTER TABLE orders ADD COLUMN refund_status INTEGER NOT NULL DEFAULT 1 CHECK (refund_status BETWEEN 1 AND 3);
UPDATE orders SET refund_status = CASE WHEN refunded < paid THEN 2 ELSE 3 END WHERE refunded > 0;

-- Earlier versions did not store the scope: 0.
ALTER TABLE refunds ADD COLUMN scope INTEGER NOT NULL DEFAULT 0 CHECK (scope BETWEEN 0 AND 3);
ALTER TABLE refunds ADD COLUMN labels TEXT;
ALTER TABLE refunds ADD COLUMN overridden_rules TEXT NOT NULL DEFAULT '';
ALTER TABLE refunds ADD COLUMN override_note TEXT NOT NULL DEFAULT '';
ALTER TABLE refunds ADD COLUMN retries INTEGER NOT NULL DEFAULT 0 CHECK (retries >= 0);

-- Lists by payment, and by refund status. Most orders are not refunded: an index of refunded orders costs nothing until
-- the first refund of an order succeeds.
CREATE INDEX orders_by_payment ON orders (payment_reference, state, create_time, id) WHERE payment_reference <> '';
CREATE INDEX orders_by_refund_status ON orders (refund_status, state, create_time, id) WHERE refund_status > 1;
CREATE INDEX refunds_by_payment ON refunds (payment_reference, state, create_time, id) WHERE payment_reference <> '';

-- The labels of orders and refunds, for lists by label. Triggers keep these tables equal to the column labels, whoever
-- writes a row.
CREATE TABLE order_labels (
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  state INTEGER NOT NULL,
  create_time INTEGER NOT NULL,
  id BLOB NOT NULL CHECK (length(id) = 16),
  PRIMARY KEY (key, value, state, create_time, id)
) STRICT, WITHOUT ROWID;
INSERT INTO order_labels SELECT l.key, l.value, t.state, t.create_time, t.id FROM orders t, json_each(t.labels) l;

CREATE TRIGGER order_labels_insert AFTER INSERT ON orders WHEN NEW.labels IS NOT NULL BEGIN
  INSERT INTO order_labels SELECT key, value, NEW.state, NEW.create_time, NEW.id FROM json_each(NEW.labels);
END;
CREATE TRIGGER order_labels_update AFTER UPDATE OF id, labels, state, create_time ON orders
  WHEN (OLD.labels IS NOT NULL OR NEW.labels IS NOT NULL) AND (OLD.labels IS NOT NEW.labels
    OR OLD.state <> NEW.state OR OLD.create_time <> NEW.create_time OR OLD.id <> NEW.id) BEGIN
  DELETE FROM order_labels WHERE (key, value, state, create_time, id) IN
    (SELECT key, value, OLD.state, OLD.create_time, OLD.id FROM json_each(OLD.labels));
  INSERT INTO order_labels SELECT key, value, NEW.state, NEW.create_time, NEW.id FROM json_each(NEW.labels);
END;
CREATE TRIGGER order_labels_delete AFTER DELETE ON orders WHEN OLD.labels IS NOT NULL BEGIN
  DELETE FROM order_labels WHERE (key, value, state, create_time, id) IN
    (SELECT key, value, OLD.state, OLD.create_time, OLD.id FROM json_each(OLD.labels));
END;

CREATE TABLE refund_labels (
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  state INTEGER NOT NULL,
  create_time INTEGER NOT NULL,
  id BLOB NOT NULL CHECK (length(id) = 16),
  PRIMARY KEY (key, value, state, create_time, id)
) STRICT, WITHOUT ROWID;
INSERT INTO refund_labels SELECT l.key, l.value, t.state, t.create_time, t.id FROM refunds t, json_each(t.labels) l;

CREATE TRIGGER refund_labels_insert AFTER INSERT ON refunds WHEN NEW.labels IS NOT NULL BEGIN
  INSERT INTO refund_labels SELECT key, value, NEW.state, NEW.create_time, NEW.id FROM json_each(NEW.labels);
END;
CREATE TRIGGER refund_labels_update AFTER UPDATE OF id, labels, state, create_time ON refunds
  WHEN (OLD.labels IS NOT NULL OR NEW.labels IS NOT NULL) AND (OLD.labels IS NOT NEW.labels
    OR OLD.state <> NEW.state OR OLD.create_time <> NEW.create_time OR OLD.id <> NEW.id) BEGIN
  DELETE FROM refund_labels WHERE (key, value, state, create_time, id) IN
    (SELECT key, value, OLD.state, OLD.create_time, OLD.id FROM json_each(OLD.labels));
  INSERT INTO refund_labels SELECT key, value, NEW.state, NEW.create_time, NEW.id FROM json_each(NEW.labels);
END;
CREATE TRIGGER refund_labels_delete AFTER DELETE ON refunds WHEN OLD.labels IS NOT NULL BEGIN
  DELETE FROM refund_labels WHERE (key, value, state, create_time, id) IN
    (SELECT key, value, OLD.state, OLD.create_time, OLD.id FROM json_each(OLD.labels));
END;
