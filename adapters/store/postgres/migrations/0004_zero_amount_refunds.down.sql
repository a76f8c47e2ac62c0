-- This step fails while a zero-amount refund exists, because no refund is ever deleted.
ALTER TABLE refunds
  DROP CONSTRAINT refund_has_amount_or_units,
  DROP CONSTRAINT refunds_amount_check,
  ADD CONSTRAINT refunds_amount_check CHECK (amount >= 1);
