-- The share of a line's refunded units that refunds withheld, such as a restocking fee.
ALTER TABLE order_lines
  ADD COLUMN withheld_amount bigint NOT NULL DEFAULT 0 CHECK (withheld_amount >= 0),
  ADD CONSTRAINT line_shares_within_total CHECK (refunded_amount + withheld_amount <= total);

-- 1: not refunded, 2: refunded in part, 3: refunded in full.
ALTER TABLE orders ADD COLUMN refund_status smallint NOT NULL DEFAULT 1 CHECK (refund_status BETWEEN 1 AND 3);
UPDATE orders SET refund_status = CASE WHEN refunded < paid THEN 2 ELSE 3 END WHERE refunded > 0;
-- During an upgrade, an instance of the earlier version settles refunds without setting the status.
CREATE FUNCTION set_refund_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.refund_status := CASE WHEN NEW.refunded < NEW.paid THEN 2 ELSE 3 END;
  RETURN NEW;
END
$$;
CREATE TRIGGER orders_refund_status BEFORE UPDATE OF refunded ON orders FOR EACH ROW
  WHEN (NEW.refunded > OLD.refunded AND NEW.refund_status <> CASE WHEN NEW.refunded < NEW.paid THEN 2 ELSE 3 END)
  EXECUTE FUNCTION set_refund_status();

-- Earlier versions did not store the scope: 0.
ALTER TABLE refunds
  ADD COLUMN scope smallint NOT NULL DEFAULT 0 CHECK (scope BETWEEN 0 AND 3),
  ADD COLUMN labels jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN overridden_rules text NOT NULL DEFAULT '',
  ADD COLUMN override_note text NOT NULL DEFAULT '',
  ADD COLUMN retries bigint NOT NULL DEFAULT 0 CHECK (retries >= 0);

-- Lists by payment, and by refund status. Most orders are not refunded: an index of refunded orders costs nothing until
-- the first refund of an order succeeds.
CREATE INDEX orders_by_payment ON orders (payment_reference, state, create_time, id) WHERE payment_reference <> '';
CREATE INDEX orders_by_refund_status ON orders (refund_status, state, create_time, id) WHERE refund_status > 1;
CREATE INDEX refunds_by_payment ON refunds (payment_reference, state, create_time, id) WHERE payment_reference <> '';

-- The labels of orders and refunds, for lists by label. Triggers keep these tables equal to the column labels, whoever
-- writes a row. The tables have no foreign keys, because only the triggers write the tables.
CREATE TABLE order_labels (
  key text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  state smallint NOT NULL,
  create_time timestamptz NOT NULL,
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  PRIMARY KEY (key, value, state, create_time, id, user_id)
);
INSERT INTO order_labels
  SELECT l.key, l.value, t.state, t.create_time, t.id, t.user_id FROM orders t, jsonb_each_text(t.labels) l;

CREATE FUNCTION update_order_labels() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM order_labels l USING jsonb_each_text(OLD.labels) old_label
    WHERE l.key = old_label.key AND l.value = old_label.value AND l.state = OLD.state
      AND l.create_time = OLD.create_time AND l.id = OLD.id AND l.user_id = OLD.user_id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO order_labels (key, value, state, create_time, id, user_id)
    SELECT key, value, NEW.state, NEW.create_time, NEW.id, NEW.user_id FROM jsonb_each_text(NEW.labels);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER order_labels_insert AFTER INSERT ON orders FOR EACH ROW
  WHEN (NEW.labels <> '{}') EXECUTE FUNCTION update_order_labels();
CREATE TRIGGER order_labels_update AFTER UPDATE OF id, user_id, labels, state, create_time ON orders FOR EACH ROW
  WHEN ((OLD.labels <> '{}' OR NEW.labels <> '{}') AND (OLD.labels, OLD.state, OLD.create_time, OLD.id, OLD.user_id)
    IS DISTINCT FROM (NEW.labels, NEW.state, NEW.create_time, NEW.id, NEW.user_id))
  EXECUTE FUNCTION update_order_labels();
CREATE TRIGGER order_labels_delete AFTER DELETE ON orders FOR EACH ROW
  WHEN (OLD.labels <> '{}') EXECUTE FUNCTION update_order_labels();

CREATE TABLE refund_labels (
  key text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  state smallint NOT NULL,
  create_time timestamptz NOT NULL,
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  PRIMARY KEY (key, value, state, create_time, id, user_id)
);
INSERT INTO refund_labels
  SELECT l.key, l.value, t.state, t.create_time, t.id, t.user_id FROM refunds t, jsonb_each_text(t.labels) l;

CREATE FUNCTION update_refund_labels() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM refund_labels l USING jsonb_each_text(OLD.labels) old_label
    WHERE l.key = old_label.key AND l.value = old_label.value AND l.state = OLD.state
      AND l.create_time = OLD.create_time AND l.id = OLD.id AND l.user_id = OLD.user_id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO refund_labels (key, value, state, create_time, id, user_id)
    SELECT key, value, NEW.state, NEW.create_time, NEW.id, NEW.user_id FROM jsonb_each_text(NEW.labels);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER refund_labels_insert AFTER INSERT ON refunds FOR EACH ROW
  WHEN (NEW.labels <> '{}') EXECUTE FUNCTION update_refund_labels();
CREATE TRIGGER refund_labels_update AFTER UPDATE OF id, user_id, labels, state, create_time ON refunds FOR EACH ROW
  WHEN ((OLD.labels <> '{}' OR NEW.labels <> '{}') AND (OLD.labels, OLD.state, OLD.create_time, OLD.id, OLD.user_id)
    IS DISTINCT FROM (NEW.labels, NEW.state, NEW.create_time, NEW.id, NEW.user_id))
  EXECUTE FUNCTION update_refund_labels();
CREATE TRIGGER refund_labels_delete AFTER DELETE ON refunds FOR EACH ROW
  WHEN (OLD.labels <> '{}') EXECUTE FUNCTION update_refund_labels();
