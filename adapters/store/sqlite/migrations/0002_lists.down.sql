DROP INDEX refunds_by_state;
DROP INDEX refunds_by_user;
DROP INDEX refunds_by_order;
CREATE INDEX refunds_by_order ON refunds (order_id);
DROP INDEX orders_by_state;
DROP INDEX orders_by_user;
CREATE INDEX orders_by_user ON orders (user_id);
DROP INDEX users_by_state;
