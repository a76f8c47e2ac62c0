#include "tests/contract/store/shop.h"

#include "absl/strings/str_cat.h"
#include "core/accounts/user_repository.h"
#include "core/notifications/message_repository.h"
#include "core/orders/order_repository.h"
#include "core/refunds/refund_repository.h"
#include "core/store/store.h"

namespace keelson {

Shop::Shop(WriteTransaction& tx, int size) {
  for (int i = 0; i < size; ++i) {
    const absl::Time time = kT0 + absl::Seconds(i);
    const bool rare = i % 100 == 0;
    users.push_back(With(SampleUser(absl::StrCat(rare ? "rare" : "common", i, "@example.com")),
                         [&](UserFields& f) { f.create_time = time; }));
    orders.push_back(With(SampleOrder(users[0]->id, absl::StrCat("shop-", i)), [&](OrderFields& f) {
      f.create_time = time;
      f.labels = {{"channel", "web"}};
      if (i % 5 == 0) f.refund_status = RefundStatus::kFullyRefunded;
      if (rare) f.state = OrderState::kCancelled;
    }));
    refunds.push_back(With(SampleRefund(orders.back()), [&](RefundFields& f) {
      f.create_time = time;
      f.labels = {{"channel", "web"}};
      if (rare) f.state = RefundState::kRejected;
    }));
    Message& message = messages.emplace_back(SampleMessage(users[0]->id));
    message.create_time = time;
    if (rare) EndMessage(message, MessageState::kCancelled, time);
    REQUIRE_OK(tx.users().Insert(users.back(), "$hash"));
    REQUIRE_OK(tx.messages().Insert(message));
    REQUIRE_OK(tx.orders().Insert(orders.back()));
    REQUIRE_OK(tx.refunds().Insert(refunds.back()));
  }
}

}  // namespace keelson
