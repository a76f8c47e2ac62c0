-- Each list is read in its own order, newest first, straight from an index that ends in (create_time, id): one
-- scan for each state that is asked for, merged. So no page costs more than the first, whatever the filter.
CREATE INDEX users_by_state ON users (state, create_time, id);

DROP INDEX orders_by_user;
CREATE INDEX orders_by_user ON orders (user_id, state, create_time, id);
CREATE INDEX orders_by_state ON orders (state, create_time, id);

-- An order has few refunds: their states are looked at one by one.
DROP INDEX refunds_by_order;
CREATE INDEX refunds_by_order ON refunds (order_id, create_time, id);
CREATE INDEX refunds_by_user ON refunds (user_id, state, create_time, id);
CREATE INDEX refunds_by_state ON refunds (state, create_time, id);
