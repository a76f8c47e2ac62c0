// Includes the store and all repositories, for adapters and tests. A use case includes only what it uses.
#pragma once

#include "core/accounts/user_repository.h"
#include "core/events/event_repository.h"
#include "core/ledger/ledger_repository.h"
#include "core/notifications/message_repository.h"
#include "core/orders/order_repository.h"
#include "core/refunds/refund_repository.h"
#include "core/sessions/session_repository.h"
#include "core/store/batched_reads.h"
#include "core/store/expiry_repository.h"
#include "core/store/idempotency_repository.h"
#include "core/store/setting_repository.h"
#include "core/store/store.h"
