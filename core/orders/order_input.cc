#include "core/orders/order_input.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_join.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr std::size_t kMaxSku = 100;
constexpr std::size_t kMaxTitle = 300;

// Returns 0 for an unset amount.
std::optional<std::int64_t> CheckOptional(const std::string& field, const std::optional<Amount>& amount,
                                          AmountChecker& amounts) {
  if (!amount) return 0;
  return amounts.Check(field, *amount);
}

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

std::optional<OrderLine> CheckLineOf(const std::string& field, const OrderInput::Line& input,
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

  const std::optional<std::int64_t> unit_price =
      CheckOptional(field + ".unit_price", input.unit_price, amounts);
  const std::optional<std::int64_t> discount = CheckOptional(field + ".discount", input.discount, amounts);
  const std::optional<std::int64_t> tax = CheckOptional(field + ".tax", input.tax, amounts);
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

// Returns the valid lines, and adds their totals to `total`. At most 500 terms of at most 2 * kMaxMinorUnits:
// the sum fits int64.
std::vector<OrderLine> CheckLines(const std::vector<OrderInput::Line>& input, AmountChecker& amounts,
                                  FieldErrors& errors, std::int64_t& total) {
  std::vector<OrderLine> lines;
  lines.reserve(input.size());
  for (std::size_t i = 0; i < input.size(); ++i) {
    std::optional<OrderLine> line = CheckLineOf(StrCat("lines[", i, "]"), input[i], amounts, errors);
    if (!line) continue;
    total += line->total;
    lines.push_back(*std::move(line));
  }
  return lines;
}

}  // namespace

std::optional<OrderContents> CheckOrder(const OrderInput& input, FieldErrors& errors) {
  if (input.lines.empty() || input.lines.size() > kMaxOrderLines) {
    errors.Add("lines", StrCat("must have from 1 to ", kMaxOrderLines, " entries"));
    return std::nullopt;
  }
  AmountChecker amounts("order", errors);
  OrderContents contents;
  std::int64_t total = 0;
  contents.lines = CheckLines(input.lines, amounts, errors, total);
  const std::optional<std::int64_t> shipping = CheckOptional("shipping", input.shipping, amounts);
  contents.reference = NormalizedReference("reference", input.reference, kMaxOrderReference, errors);
  CheckLabels("labels", input.labels, errors);
  if (total + shipping.value_or(0) > kMaxMinorUnits) {
    errors.Add("lines",
               StrCat("must have a total of at most ", kMaxMinorUnits, " minor units, including shipping"));
  }
  if (!errors.empty()) return std::nullopt;
  contents.currency = *amounts.currency();
  contents.shipping = *shipping;
  return contents;
}

CheckedPayment CheckPayment(std::string_view provider, std::string_view reference,
                            const std::vector<std::string>& configured_providers, FieldErrors& errors) {
  CheckedPayment payment;
  if (provider.empty()) {
    payment.provider = configured_providers.front();
  } else if (std::ranges::count(configured_providers, provider) != 0) {
    payment.provider = provider;
  } else {
    errors.Add("payment.provider", StrCat("must be empty or one of the configured payment providers: ",
                                          absl::StrJoin(configured_providers, ", ")));
  }
  payment.reference =
      NormalizedReference("payment.provider_reference", reference, kMaxPaymentReference, errors);
  return payment;
}

}  // namespace keelson
