DROP TABLE settings, idempotency, events, event_inbox, messages, refunds, order_lines, order_references, orders,
  cooldowns, email_tokens, credentials, users;
