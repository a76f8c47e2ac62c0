DROP INDEX orders_by_user, refunds_by_user;
CREATE INDEX orders_by_user ON orders (user_id, create_time, id);
CREATE INDEX refunds_by_user ON refunds (user_id, create_time, id);
