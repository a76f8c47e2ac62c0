#pragma once

#include "adapters/store/sqlite/cooldowns.h"
#include "adapters/store/sqlite/events.h"
#include "adapters/store/sqlite/expiry.h"
#include "adapters/store/sqlite/idempotency.h"
#include "adapters/store/sqlite/ledger.h"
#include "adapters/store/sqlite/messages.h"
#include "adapters/store/sqlite/orders.h"
#include "adapters/store/sqlite/probe.h"
#include "adapters/store/sqlite/refunds.h"
#include "adapters/store/sqlite/sessions.h"
#include "adapters/store/sqlite/settings.h"
#include "adapters/store/sqlite/throttles.h"
#include "adapters/store/sqlite/users.h"
#include "core/accounts/user_repository.h"
#include "core/events/event_repository.h"
#include "core/ledger/ledger_repository.h"
#include "core/notifications/message_repository.h"
#include "core/orders/order_repository.h"
#include "core/refunds/refund_repository.h"
#include "core/store/idempotency_repository.h"

namespace keelson {

// The repositories of one connection, reused for all transactions of the connection, so that the statements
// of the repositories stay prepared. The owner of the connection begins and ends the transactions. For one
// thread at a time.
class SqliteReadTransaction : public ReadTransaction {
 public:
  explicit SqliteReadTransaction(Connection& c)
      : users_(c),
        sessions_(c),
        orders_(c),
        refunds_(c),
        ledger_(c),
        messages_(c),
        events_(c),
        idempotency_(c) {}

  UserReader& users() override { return users_; }
  SessionReader& sessions() override { return sessions_; }
  OrderReader& orders() override { return orders_; }
  RefundReader& refunds() override { return refunds_; }
  LedgerReader& ledger() override { return ledger_; }
  MessageReader& messages() override { return messages_; }
  EventReader& events() override { return events_; }
  IdempotencyReader& idempotency() override { return idempotency_; }

 private:
  SqliteUsers users_;
  SqliteSessions sessions_;
  SqliteOrders orders_;
  SqliteRefunds refunds_;
  SqliteLedger ledger_;
  SqliteMessages messages_;
  SqliteEventReader events_;
  SqliteIdempotency idempotency_;
};

class SqliteWriteTransaction : public WriteTransaction {
 public:
  explicit SqliteWriteTransaction(Connection& c)
      : users_(c),
        tokens_(c),
        cooldowns_(c),
        sessions_(c),
        throttles_(c),
        orders_(c),
        refunds_(c),
        messages_(c),
        events_(c),
        idempotency_(c),
        settings_(c),
        expiry_(c),
        probe_(c) {}

  SqliteUsers& users() override { return users_; }
  SqliteTokens& tokens() override { return tokens_; }
  SqliteCooldowns& cooldowns() override { return cooldowns_; }
  SqliteSessions& sessions() override { return sessions_; }
  SqliteThrottles& throttles() override { return throttles_; }
  SqliteOrders& orders() override { return orders_; }
  SqliteRefunds& refunds() override { return refunds_; }
  SqliteMessages& messages() override { return messages_; }
  SqliteEvents& events() override { return events_; }
  SqliteIdempotency& idempotency() override { return idempotency_; }
  SqliteSettings& settings() override { return settings_; }
  SqliteExpiry& expiry() override { return expiry_; }
  SqliteProbe& probe() { return probe_; }

 private:
  SqliteUsers users_;
  SqliteTokens tokens_;
  SqliteCooldowns cooldowns_;
  SqliteSessions sessions_;
  SqliteThrottles throttles_;
  SqliteOrders orders_;
  SqliteRefunds refunds_;
  SqliteMessages messages_;
  SqliteEvents events_;
  SqliteIdempotency idempotency_;
  SqliteSettings settings_;
  SqliteExpiry expiry_;
  SqliteProbe probe_;
};

}  // namespace keelson
