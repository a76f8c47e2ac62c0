-- Earlier versions do not know refunds that wait for a confirmation: they attempt such a refund again, under the same
-- idempotency key.
UPDATE refunds SET due_time = update_time WHERE state IN (2, 3) AND due_time IS NULL;
DROP INDEX refunds_by_due_time;
CREATE INDEX refunds_by_due_time ON refunds (due_time) WHERE state IN (2, 3);
