-- The due refunds of one payment provider, so that a backlog of one provider does not slow down the others. A refund
-- that waits until a person confirms its payment has no due_time.
DROP INDEX refunds_by_due_time;
CREATE INDEX refunds_by_due_time ON refunds (payment_provider, due_time, id) WHERE due_time IS NOT NULL;
