-- The ledger. An entry moves an amount from one account to another, and the type names both accounts: 1 payment (debits
-- the clearing account of the provider, credits the customers), 2 hold (customers, refund reserve), 3 release (refund
-- reserve, customers), 4 payout (refund reserve, clearing account). Entries never change.
CREATE TABLE ledger_entries (
  id BLOB NOT NULL CHECK (length(id) = 16),
  order_id BLOB NOT NULL CHECK (length(order_id) = 16),
  refund_id BLOB CHECK (length(refund_id) = 16),
  type INTEGER NOT NULL CHECK (type BETWEEN 1 AND 4),
  payment_provider TEXT NOT NULL,
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  amount INTEGER NOT NULL CHECK (amount >= 1),
  create_time INTEGER NOT NULL,
  PRIMARY KEY (order_id, id),
  CONSTRAINT only_payments_have_no_refund CHECK ((refund_id IS NULL) = (type = 1))
) STRICT, WITHOUT ROWID;

-- The entries of earlier versions: each payment, and each refund with its hold and its end. A refund that failed and was
-- retried has one hold only. The ids are those of the order or the refund, with another number in the place of the
-- random bits after the version of the UUID.
INSERT INTO ledger_entries (id, order_id, refund_id, type, payment_provider, currency, amount, create_time)
  SELECT CAST(substr(id, 1, 6) || x'7001' || substr(id, 9) AS BLOB), id, NULL, 1, payment_provider, currency, paid,
    coalesce(pay_time, create_time)
  FROM orders WHERE paid > 0 AND payment_count = 0;
INSERT INTO ledger_entries (id, order_id, refund_id, type, payment_provider, currency, amount, create_time)
  SELECT CAST(substr(id, 1, 6) || x'70' || CAST(char(payment + 1) AS BLOB) || substr(id, 9) AS BLOB), id, NULL, 1,
    provider, currency, amount, order_payments.pay_time
  FROM orders JOIN order_payments ON order_id = id WHERE amount > 0;
INSERT INTO ledger_entries (id, order_id, refund_id, type, payment_provider, currency, amount, create_time)
  SELECT CAST(substr(id, 1, 6) || x'7002' || substr(id, 9) AS BLOB), order_id, id, 2, payment_provider, currency, amount,
    create_time
  FROM refunds WHERE amount > 0;
INSERT INTO ledger_entries (id, order_id, refund_id, type, payment_provider, currency, amount, create_time)
  SELECT CAST(substr(id, 1, 6) || x'7003' || substr(id, 9) AS BLOB), order_id, id, CASE state WHEN 4 THEN 4 ELSE 3 END,
    payment_provider, currency, amount,
    coalesce(CASE WHEN state IN (4, 5) THEN settle_time ELSE decide_time END, update_time)
  FROM refunds WHERE amount > 0 AND state IN (4, 5, 6, 7);

-- Lists by provider and account. The entries of an account are those of two or three types.
CREATE INDEX ledger_entries_by_provider ON ledger_entries (payment_provider, type, create_time, id);
