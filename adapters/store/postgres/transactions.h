#pragma once

#include "adapters/store/postgres/cooldowns.h"
#include "adapters/store/postgres/events.h"
#include "adapters/store/postgres/expiry.h"
#include "adapters/store/postgres/idempotency.h"
#include "adapters/store/postgres/ledger.h"
#include "adapters/store/postgres/messages.h"
#include "adapters/store/postgres/orders.h"
#include "adapters/store/postgres/refunds.h"
#include "adapters/store/postgres/sessions.h"
#include "adapters/store/postgres/settings.h"
#include "adapters/store/postgres/throttles.h"
#include "adapters/store/postgres/users.h"
#include "adapters/store/postgres/write_session.h"
#include "core/accounts/user_repository.h"
#include "core/common/deadline.h"
#include "core/events/event_repository.h"
#include "core/ledger/ledger_repository.h"
#include "core/notifications/message_repository.h"
#include "core/orders/order_repository.h"
#include "core/refunds/refund_repository.h"
#include "core/store/expiry_repository.h"
#include "core/store/idempotency_repository.h"
#include "core/store/setting_repository.h"

namespace keelson {

// The repositories of one run of a Read, over its session. Not thread-safe.
class PgReadTransaction final : public ReadTransaction {
 public:
  PgReadTransaction(PgSession& session, PgSequencer& sequencer, Deadline deadline)
      : users_(session),
        sessions_(session),
        orders_(session),
        refunds_(session),
        ledger_(session),
        messages_(session),
        events_(session, sequencer, deadline),
        idempotency_(session) {}

  UserReader& users() override { return users_; }
  SessionReader& sessions() override { return sessions_; }
  OrderReader& orders() override { return orders_; }
  RefundReader& refunds() override { return refunds_; }
  LedgerReader& ledger() override { return ledger_; }
  MessageReader& messages() override { return messages_; }
  EventReader& events() override { return events_; }
  IdempotencyReader& idempotency() override { return idempotency_; }

 private:
  PgUsers users_;
  PgSessions sessions_;
  PgOrders orders_;
  PgRefunds refunds_;
  PgLedger ledger_;
  PgMessages messages_;
  PgEventReader events_;
  PgIdempotencyReader idempotency_;
};

// The repositories of one run of a Write, over its session. Not thread-safe.
class PgWriteTransaction final : public WriteTransaction {
 public:
  explicit PgWriteTransaction(PgWriteSession& session)
      : users_(session),
        tokens_(session),
        cooldowns_(session),
        sessions_(session),
        throttles_(session),
        orders_(session),
        refunds_(session),
        messages_(session),
        events_(session),
        idempotency_(session),
        settings_(session),
        expiry_(session) {}

  UserRepository& users() override { return users_; }
  TokenRepository& tokens() override { return tokens_; }
  CooldownRepository& cooldowns() override { return cooldowns_; }
  PgSessions& sessions() override { return sessions_; }
  ThrottleRepository& throttles() override { return throttles_; }
  OrderRepository& orders() override { return orders_; }
  RefundRepository& refunds() override { return refunds_; }
  MessageRepository& messages() override { return messages_; }
  EventRepository& events() override { return events_; }
  IdempotencyRepository& idempotency() override { return idempotency_; }
  SettingRepository& settings() override { return settings_; }
  ExpiryRepository& expiry() override { return expiry_; }

 private:
  PgUsers users_;
  PgTokens tokens_;
  PgCooldowns cooldowns_;
  PgSessions sessions_;
  PgThrottles throttles_;
  PgOrders orders_;
  PgRefunds refunds_;
  PgMessages messages_;
  PgEvents events_;
  PgIdempotency idempotency_;
  PgSettings settings_;
  PgExpiry expiry_;
};

}  // namespace keelson
