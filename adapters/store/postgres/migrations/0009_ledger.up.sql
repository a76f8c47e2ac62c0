-- The ledger. An entry moves an amount from one account to another, and the type names both accounts: 1 payment (debits
-- the clearing account of the provider, credits the customers), 2 hold (customers, refund reserve), 3 release (refund
-- reserve, customers), 4 payout (refund reserve, clearing account). Entries never change.
-- The table has no foreign keys, because the statement that changes the order is in the same transaction.
CREATE TABLE ledger_entries (
  id uuid NOT NULL,
  order_id uuid NOT NULL,
  refund_id uuid,
  type smallint NOT NULL CHECK (type BETWEEN 1 AND 4),
  payment_provider text NOT NULL,
  currency text NOT NULL CHECK (length(currency) = 3),
  amount bigint NOT NULL CHECK (amount >= 1),
  create_time timestamptz NOT NULL,
  PRIMARY KEY (order_id, id),
  CONSTRAINT only_payments_have_no_refund CHECK ((refund_id IS NULL) = (type = 1))
);

-- The entries of earlier versions: each payment, and each refund with its hold and its end. A refund that failed and was
-- retried has one hold only. The ids are those of the order or the refund, with another number in the place of the
-- random bits after the version of the UUID. Instances of earlier versions write no entries: the locks keep them from
-- changing orders and refunds until the entries are complete.
LOCK TABLE orders, refunds IN SHARE MODE;
INSERT INTO ledger_entries (id, order_id, refund_id, type, payment_provider, currency, amount, create_time)
  SELECT overlay(id::text placing '7001' from 15 for 4)::uuid, id, NULL, 1, payment_provider, currency, paid,
    coalesce(pay_time, create_time)
  FROM orders WHERE paid > 0 AND payment_count = 0;
INSERT INTO ledger_entries (id, order_id, refund_id, type, payment_provider, currency, amount, create_time)
  SELECT overlay(id::text placing '70' || lpad(to_hex(payment + 1), 2, '0') from 15 for 4)::uuid, id, NULL, 1, provider,
    currency, amount, order_payments.pay_time
  FROM orders JOIN order_payments ON order_id = id WHERE amount > 0;
INSERT INTO ledger_entries (id, order_id, refund_id, type, payment_provider, currency, amount, create_time)
  SELECT overlay(id::text placing '7002' from 15 for 4)::uuid, order_id, id, 2, payment_provider, currency, amount,
    create_time
  FROM refunds WHERE amount > 0;
INSERT INTO ledger_entries (id, order_id, refund_id, type, payment_provider, currency, amount, create_time)
  SELECT overlay(id::text placing '7003' from 15 for 4)::uuid, order_id, id, CASE state WHEN 4 THEN 4 ELSE 3 END,
    payment_provider, currency, amount,
    coalesce(CASE WHEN state IN (4, 5) THEN settle_time ELSE decide_time END, update_time)
  FROM refunds WHERE amount > 0 AND state IN (4, 5, 6, 7);

-- Lists by provider and account. The entries of an account are those of two or three types.
CREATE INDEX ledger_entries_by_provider ON ledger_entries (payment_provider, type, create_time, id);
