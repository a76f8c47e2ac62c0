#include "core/orders/create_order.h"

#include <utility>

#include "core/accounts/user_repository.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/events/event_repository.h"
#include "core/orders/order_repository.h"
#include "core/store/idempotent_execution.h"

namespace keelson {

template <typename Visitor>
void VisitFields(Visitor& a, OrderInput::Line& l) {
  a(l.sku), a(l.title), a(l.quantity), a(l.unit_price), a(l.discount), a(l.tax);
}

namespace {

std::string ContentOf(const CreateOrderCommand& command) {
  FieldWriter content;
  content(command.user_id), content(command.lines), content(command.shipping), content(command.reference);
  content(command.labels);
  return content.Take();
}

// A validated command.
struct Basket {
  UserId user_id;
  OrderContents order;
};

absl::StatusOr<Basket> Check(const CreateOrderCommand& command) {
  FieldErrors errors;
  CheckRequestId(command.request_id, errors);
  const std::optional<UserId> user_id = UserId::Parse(command.user_id);
  if (!user_id) errors.Add("user_id", InvalidId<UserKind>());
  std::optional<OrderContents> order = CheckOrder(command, errors);
  if (!errors.empty()) return errors.ToStatus();
  return Basket{*user_id, *std::move(order)};
}

absl::Status RequireActiveUser(WriteTransaction& tx, UserId user_id) {
  ASSIGN_OR_RETURN(const std::optional<User> user, tx.users().FindForUpdate(user_id));
  if (!user) return MakeError(Reason::kUserNotFound, "no user has this id");
  if (user->can_order()) return absl::OkStatus();
  const std::string_view state = UserStateName((*user)->state);
  return MakeError(Reason::kUserNotActive,
                   StrCat("the user is ", state, ": only an ACTIVE user can create orders"),
                   {{"state", std::string(state)}, {"expected", "ACTIVE"}});
}

}  // namespace

absl::StatusOr<Order> CreateOrder::Handle(const CallContext& context, const CreateOrderCommand& command) {
  ASSIGN_OR_RETURN(Basket basket, Check(command));
  const absl::Time now = clock_.Now();
  const Order order = Order::Create(ids_.Next<OrderKind>(), basket.user_id, basket.order.currency,
                                    std::move(basket.order.lines), basket.order.shipping,
                                    std::move(basket.order.reference), command.labels, now);
  const Idempotency call(context, "CreateOrder", command.request_id, ContentOf(command));
  const auto create = [&](WriteTransaction& tx) -> absl::StatusOr<OrderFields> {
    RETURN_IF_ERROR(RequireActiveUser(tx, order->user_id));
    RETURN_IF_ERROR(tx.orders().Insert(order));
    RETURN_IF_ERROR(tx.events().Append(
        MakeEvent("order.created", order->id.ToString(), order->user_id, context, now,
                  EventPayload().Add("total", order->total).Add("currency_code", order->currency.code()))));
    return order.fields();
  };
  ASSIGN_OR_RETURN(OrderFields fields, ExecuteIdempotently<OrderFields>(store_, context, call, now, create));
  return Order(std::move(fields));
}

}  // namespace keelson
