-- A user's orders and refunds by their state: however many others there are, a page reads no more than itself.
DROP INDEX orders_by_user, refunds_by_user;
CREATE INDEX orders_by_user ON orders (user_id, state, create_time, id);
CREATE INDEX refunds_by_user ON refunds (user_id, state, create_time, id);
