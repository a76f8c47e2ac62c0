#include "core/orders/create_order.h"

#include <utility>

#include "core/accounts/user_repository.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/events/event_repository.h"
#include "core/orders/order_repository.h"
#include "core/store/idempotent_execution.h"

namespace keelson {

constexpr std::size_t kMaxSku = 100;
constexpr std::size_t kMaxTitle = 300;

template <typename Visitor>
void VisitFields(Visitor& a, CreateOrderCommand::Line& l) {
  a(l.sku), a(l.title), a(l.quantity), a(l.unit_price), a(l.discount), a(l.tax);
}

namespace {

std::string ContentOf(const CreateOrderCommand& command) {
  FieldWriter content;
  content(command.user_id), content(command.lines), content(command.shipping), content(command.reference);
  content(command.labels);
  return content.Take();
}

// Checks the amounts of an order, which must all have the currency of the first amount.
class AmountChecker {
 public:
  explicit AmountChecker(FieldErrors& errors) : errors_(errors) {}

  // Returns 0 for an unset amount. Returns nullopt and adds a violation for an invalid amount.
  std::optional<std::int64_t> Check(const std::string& field, const std::optional<Amount>& amount) {
    if (!amount) return 0;
    const std::optional<Money> money = CheckAmount(field, *amount, errors_);
    if (!money) return std::nullopt;
    if (!currency_) currency_ = money->currency;
    if (money->currency != *currency_) {
      errors_.Add(StrCat(field, ".currency_code"),
                  StrCat("must be ", currency_->code(), ", the currency of the order's first amount"));
      return std::nullopt;
    }
    return money->minor_units;
  }

  const std::optional<Currency>& currency() const { return currency_; }

 private:
  FieldErrors& errors_;
  std::optional<Currency> currency_;
};

void CheckUnset(const std::string& field, bool unset, FieldErrors& errors) {
  if (!unset) errors.Add(field, "must be empty: the service sets it");
}

// Returns quantity * unit_price. Returns nullopt and adds a violation if the product is too large.
std::optional<std::int64_t> CheckGross(const std::string& field, std::int64_t quantity,
                                       std::int64_t unit_price, FieldErrors& errors) {
  const std::optional<std::int64_t> gross = CheckedMultiply(quantity, unit_price);
  if (gross && *gross <= kMaxMinorUnits) return gross;
  errors.Add(StrCat(field, ".unit_price.minor_units"),
             StrCat("multiplied by the quantity must be at most ", kMaxMinorUnits));
  return std::nullopt;
}

std::optional<OrderLine> CheckLineOf(const std::string& field, const CreateOrderCommand::Line& input,
                                     AmountChecker& amounts, FieldErrors& errors) {
  CheckUnset(field + ".line_id", input.line_id.empty(), errors);
  CheckUnset(field + ".total", !input.total, errors);
  CheckUnset(field + ".refunded_quantity", input.refunded_quantity == 0, errors);
  CheckUnset(field + ".refunded", !input.refunded, errors);
  CheckUnset(field + ".withheld", !input.withheld, errors);
  CheckLine(field + ".sku", input.sku, kMaxSku, errors);
  CheckLine(field + ".title", input.title, kMaxTitle, errors);
  if (!input.unit_price) errors.Add(field + ".unit_price", "is required");
  const bool quantity_fits = input.quantity >= 1 && input.quantity <= kMaxLineQuantity;
  if (!quantity_fits) errors.Add(field + ".quantity", StrCat("must be from 1 to ", kMaxLineQuantity));

  const std::optional<std::int64_t> unit_price = amounts.Check(field + ".unit_price", input.unit_price);
  const std::optional<std::int64_t> discount = amounts.Check(field + ".discount", input.discount);
  const std::optional<std::int64_t> tax = amounts.Check(field + ".tax", input.tax);
  if (!quantity_fits || !unit_price || !discount || !tax) return std::nullopt;

  const std::optional<std::int64_t> gross = CheckGross(field, input.quantity, *unit_price, errors);
  if (!gross) return std::nullopt;
  if (*discount > *gross) {
    errors.Add(field + ".discount.minor_units", StrCat("must be at most quantity * unit_price, ", *gross));
    return std::nullopt;
  }
  OrderLine line;
  line.sku = input.sku;
  line.title = input.title;
  line.quantity = input.quantity;
  line.unit_price = *unit_price;
  line.discount = *discount;
  line.tax = *tax;
  line.total = *gross - *discount + *tax;
  return line;
}

// A validated command.
struct Basket {
  UserId user_id;
  Currency currency;
  std::vector<OrderLine> lines;
  std::int64_t shipping = 0;
  std::string reference;
};

absl::StatusOr<Basket> Check(const CreateOrderCommand& command) {
  FieldErrors errors;
  AmountChecker amounts(errors);
  Basket basket;
  CheckRequestId(command.request_id, errors);
  const std::optional<UserId> user_id = UserId::Parse(command.user_id);
  if (!user_id) errors.Add("user_id", InvalidId<UserKind>());
  if (command.lines.empty() || command.lines.size() > kMaxOrderLines) {
    errors.Add("lines", StrCat("must have from 1 to ", kMaxOrderLines, " entries"));
    return errors.ToStatus();
  }
  // At most 501 terms of at most 2 * kMaxMinorUnits: the sum fits int64.
  std::int64_t total = 0;
  for (std::size_t i = 0; i < command.lines.size(); ++i) {
    std::optional<OrderLine> line = CheckLineOf(StrCat("lines[", i, "]"), command.lines[i], amounts, errors);
    if (!line) continue;
    total += line->total;
    basket.lines.push_back(*std::move(line));
  }
  const std::optional<std::int64_t> shipping = amounts.Check("shipping", command.shipping);
  basket.reference = NormalizedReference("reference", command.reference, kMaxOrderReference, errors);
  CheckLabels("labels", command.labels, errors);
  if (total + shipping.value_or(0) > kMaxMinorUnits) {
    errors.Add("lines",
               StrCat("must have a total of at most ", kMaxMinorUnits, " minor units, including shipping"));
  }
  if (!errors.empty()) return errors.ToStatus();
  basket.user_id = *user_id;
  basket.currency = *amounts.currency();
  basket.shipping = *shipping;
  return basket;
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
  const Order order =
      Order::Create(ids_.Next<OrderKind>(), basket.user_id, basket.currency, std::move(basket.lines),
                    basket.shipping, std::move(basket.reference), command.labels, now);
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
