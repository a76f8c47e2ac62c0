#include "core/store/verify/check_ledger.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "core/common/strings.h"

namespace keelson {
namespace {

struct EntryOfOrder {
  const LedgerEntry& entry;
  const OrderFields& order;
  // The entry's refund; null if the order has no such refund.
  const RefundFields* refund;
};

std::string EntryBalances(const EntryOfOrder& c) {
  if (FindBooking(c.entry.type) == nullptr) {
    return StrCat("the type ", static_cast<int>(c.entry.type), " debits and credits no account");
  }
  return c.entry.amount >= 1 ? "" : StrCat("amount is ", c.entry.amount, ", not at least 1");
}

std::string EntryHasCurrencyOfOrder(const EntryOfOrder& c) {
  if (c.entry.currency == c.order.currency) return "";
  return StrCat("the entry is in ", c.entry.currency.code(), ", its order in ", c.order.currency.code());
}

std::string EntryHasRefund(const EntryOfOrder& c) {
  const bool payment = c.entry.type == LedgerEntryType::kPayment;
  if (payment == c.entry.refund_id.has_value()) {
    return StrCat("refund_id is ", payment ? "set" : "not set", " in an entry of the type ",
                  LedgerEntryTypeName(c.entry.type));
  }
  if (payment || c.refund != nullptr) return "";
  return StrCat("the order has no ", c.entry.refund_id->ToString());
}

std::string EntryHasAmountOfRefund(const EntryOfOrder& c) {
  if (c.refund == nullptr || c.entry.amount == c.refund->amount) return "";
  return StrCat("amount is ", c.entry.amount, ", the refund's amount is ", c.refund->amount);
}

bool HasPaymentOf(const OrderFields& order, std::string_view provider) {
  return order.payment_provider == provider ||
         std::any_of(order.payments.begin(), order.payments.end(),
                     [&](const OrderPayment& payment) { return payment.provider == provider; });
}

std::string EntryHasProvider(const EntryOfOrder& c) {
  const std::string& provider = c.entry.payment_provider;
  if (c.refund != nullptr) {
    if (provider == c.refund->payment_provider) return "";
    return StrCat("payment_provider is ", provider, ", not ", c.refund->payment_provider);
  }
  if (HasPaymentOf(c.order, provider)) return "";
  return StrCat("payment_provider is ", provider, ", which no payment of the order has");
}

constexpr std::array kEntryInvariants = {
    Invariant<EntryOfOrder>{"ledger_entry_balances", EntryBalances},
    Invariant<EntryOfOrder>{"ledger_entry_has_currency_of_order", EntryHasCurrencyOfOrder},
    Invariant<EntryOfOrder>{"ledger_entry_has_refund", EntryHasRefund},
    Invariant<EntryOfOrder>{"ledger_entry_has_amount_of_refund", EntryHasAmountOfRefund},
    Invariant<EntryOfOrder>{"ledger_entry_has_provider", EntryHasProvider},
};

template <typename Matches>
LedgerTotals TotalsOf(const std::vector<LedgerEntry>& entries, const Matches& matches) {
  LedgerTotals totals;
  for (const LedgerEntry& entry : entries) {
    if (matches(entry)) totals.Add(entry);
  }
  return totals;
}

// Returns "refunded is 5, but the entries add up to 7" for the first total that differs, or an empty string.
std::string FirstTotalThatDiffers(const LedgerTotals& found, const LedgerTotals& entries) {
  const auto differs = [](std::string_view name, std::int64_t actual, std::int64_t sum) {
    return StrCat(name, " is ", actual, ", but the entries add up to ", sum);
  };
  if (found.paid != entries.paid) return differs("paid", found.paid, entries.paid);
  if (found.refunded != entries.refunded) return differs("refunded", found.refunded, entries.refunded);
  if (found.refund_pending == entries.refund_pending) return "";
  return differs("refund_pending", found.refund_pending, entries.refund_pending);
}

std::string TotalsAreFoldOfEntries(const OrderFields& order, const std::vector<LedgerEntry>& entries) {
  return FirstTotalThatDiffers({order.paid, order.refunded, order.refund_pending},
                               TotalsOf(entries, [](const LedgerEntry&) { return true; }));
}

std::string RefundIsFoldOfEntries(const RefundFields& refund, const std::vector<LedgerEntry>& entries) {
  const LedgerTotals expected{.paid = 0,
                              .refunded = refund.state == RefundState::kSucceeded ? refund.amount : 0,
                              .refund_pending = HoldsAmount(refund.state) ? refund.amount : 0};
  const LedgerTotals totals =
      TotalsOf(entries, [&](const LedgerEntry& entry) { return entry.refund_id == refund.id; });
  const std::string difference = FirstTotalThatDiffers(expected, totals);
  return difference.empty() ? "" : StrCat(RefundStateName(refund.state), ": ", difference);
}

template <typename Row>
void ReportIfAny(Audit& audit, std::string_view invariant, const Row& row, std::string figures) {
  if (!figures.empty()) audit.Report(invariant, row, std::move(figures));
}

}  // namespace

void JudgeLedger(Audit& audit, const OrderFields& order, const std::vector<RefundFields>& refunds,
                 const std::vector<LedgerEntry>& entries) {
  for (const LedgerEntry& entry : entries) {
    const auto found = std::find_if(refunds.begin(), refunds.end(),
                                    [&](const RefundFields& refund) { return entry.refund_id == refund.id; });
    const RefundFields* refund = found == refunds.end() ? nullptr : &*found;
    Judge(audit, entry, EntryOfOrder{entry, order, refund}, kEntryInvariants);
  }
  ReportIfAny(audit, "order_totals_are_fold_of_entries", order, TotalsAreFoldOfEntries(order, entries));
  for (const RefundFields& refund : refunds) {
    ReportIfAny(audit, "refund_is_fold_of_entries", refund, RefundIsFoldOfEntries(refund, entries));
  }
}

}  // namespace keelson
