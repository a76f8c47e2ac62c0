// Rows and filters for tests that measure the cost of lists.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/accounts/user_repository.h"
#include "core/notifications/message_repository.h"
#include "core/orders/order_repository.h"
#include "core/refunds/refund_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/fixtures.h"

namespace keelson {

// `size` users, and as many orders, refunds and messages of the first user, in the order of creation time.
// Every hundredth user has an address that begins with "rare". Every hundredth order and message is
// CANCELLED, and every hundredth refund REJECTED. Every fifth order is FULLY_REFUNDED. All orders and refunds
// have the same payment reference and the same label.
struct Shop {
  // Inserts the rows in `tx`.
  Shop(WriteTransaction& tx, int size);

  template <typename Entity>
  std::optional<ListPosition> Deep(const std::vector<Entity>& rows) const {
    return PositionOf(rows[rows.size() / 10]);
  }

  std::vector<User> users;
  std::vector<Order> orders;
  std::vector<Refund> refunds;
  std::vector<Message> messages;
};

// Page size.
constexpr int kLimit = 20;

// Returns `filter` combined with every subset of: a state, a lower time bound, an upper time bound.
template <typename Filter, typename State>
std::vector<Filter> WithStatesAndTimes(const Filter& filter, State state) {
  std::vector<Filter> filters(8, filter);
  for (std::size_t i = 0; i < filters.size(); ++i) {
    if ((i & 1) != 0) filters[i].states = {state};
    if ((i & 2) != 0) filters[i].created_from = kT0 + absl::Seconds(1);
    if ((i & 4) != 0) filters[i].created_before = kT0 + absl::Hours(10);
  }
  return filters;
}

// Calls `check` for every filter with an address prefix. The arguments are a position far into the list and a
// function that reads a page from `tx`.
template <typename Check>
void ForEachPrefixList(const Shop& shop, WriteTransaction& tx, const Check& check) {
  for (const std::string prefix : {"rare", "common", "nobody"}) {
    UserFilter of_prefix;
    of_prefix.email_prefix = prefix;
    for (const UserFilter& f : WithStatesAndTimes(of_prefix, UserState::kActive)) {
      check(shop.Deep(shop.users), [&](auto before) { return tx.users().List(f, before, kLimit)->size(); });
    }
  }
}

// Like ForEachPrefixList, for all other filters.
template <typename Check>
void ForEachList(const Shop& shop, WriteTransaction& tx, const Check& check) {
  for (const UserFilter& f : WithStatesAndTimes(UserFilter(), UserState::kActive)) {
    check(shop.Deep(shop.users), [&](auto before) { return tx.users().List(f, before, kLimit)->size(); });
  }
  const auto check_orders = [&](const OrderFilter& filter) {
    for (const OrderFilter& f : WithStatesAndTimes(filter, OrderState::kCancelled)) {
      check(shop.Deep(shop.orders), [&](auto before) { return tx.orders().List(f, before, kLimit)->size(); });
    }
  };
  const auto check_refunds = [&](const RefundFilter& filter) {
    for (const RefundFilter& f : WithStatesAndTimes(filter, RefundState::kRejected)) {
      check(shop.Deep(shop.refunds),
            [&](auto before) { return tx.refunds().List(f, before, kLimit)->size(); });
    }
  };
  for (const bool of_user : {false, true}) {
    OrderFilter of_orders;
    RefundFilter of_refunds;
    if (of_user) of_orders.user_id = of_refunds.user_id = shop.users[0]->id;
    check_orders(of_orders);
    check_refunds(of_refunds);
    for (const std::string& to_key : {std::string(), shop.messages[0].to_key}) {
      for (const std::vector<MessageState>& states :
           {std::vector<MessageState>(), std::vector{MessageState::kCancelled}}) {
        const MessageFilter f{states, of_orders.user_id, to_key};
        check(shop.Deep(shop.messages),
              [&](auto before) { return tx.messages().List(f, before, kLimit)->size(); });
      }
    }
    OrderFilter of_payment = of_orders;
    RefundFilter refunds_of_payment = of_refunds;
    of_payment.payment_reference = refunds_of_payment.payment_reference = shop.orders[0]->payment_reference;
    check_orders(of_payment);
    check_refunds(refunds_of_payment);
    of_refunds.order_id = shop.orders[0]->id;
    check_refunds(of_refunds);
  }
  OrderFilter orders_of_label;
  RefundFilter refunds_of_label;
  orders_of_label.label = refunds_of_label.label = {"channel", "web"};
  check_orders(orders_of_label);
  check_refunds(refunds_of_label);
  OrderFilter of_reference;
  of_reference.reference = shop.orders[0]->reference;
  check_orders(of_reference);
  for (const std::vector<RefundStatus>& statuses :
       {std::vector{RefundStatus::kPartiallyRefunded, RefundStatus::kFullyRefunded},
        std::vector{RefundStatus::kNotRefunded}}) {
    OrderFilter of_statuses;
    of_statuses.refund_statuses = statuses;
    check_orders(of_statuses);
  }
}

}  // namespace keelson
