-- Units of a free line, and units whose share of their line's total rounds to 0, are returned by zero-amount refunds.
ALTER TABLE refunds
  DROP CONSTRAINT refunds_amount_check,
  ADD CONSTRAINT refunds_amount_check CHECK (amount >= 0),
  ADD CONSTRAINT refund_has_amount_or_units CHECK (amount >= 1 OR lines <> '[]');
