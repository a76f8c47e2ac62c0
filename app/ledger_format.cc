#include "app/ledger_format.h"

#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "core/common/money.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr std::array<std::pair<std::string_view, LedgerFormat>, 3> kFormats = {{
    {"csv", LedgerFormat::kCsv},
    {"hledger", LedgerFormat::kHledger},
    {"beancount", LedgerFormat::kBeancount},
}};

// Returns the provider as a component of an account. beancount requires an initial capital letter or digit,
// and accepts letters, digits and hyphens.
std::string ComponentOf(std::string_view provider) {
  std::string component;
  for (const char c : provider) {
    const auto byte = static_cast<unsigned char>(c);
    component.push_back(absl::ascii_isalnum(byte) ? c : '-');
  }
  if (component.empty() || component[0] == '-') component.insert(0, "X");
  component[0] = absl::ascii_toupper(static_cast<unsigned char>(component[0]));
  return component;
}

std::string AccountOf(const LedgerEntry& entry, const Posting& posting) {
  switch (posting.account) {
    case LedgerAccount::kCustomers:
      return "Liabilities:Customers";
    case LedgerAccount::kRefundReserve:
      return "Liabilities:RefundReserve";
    case LedgerAccount::kPaymentClearing:
      return StrCat("Assets:Payments:", ComponentOf(entry.payment_provider));
  }
  return "";
}

// The decimal amount without the currency.
std::string DecimalOf(std::int64_t minor_units, Currency currency) {
  std::string text = Money{currency, minor_units}.ToString();
  text.resize(text.find(' '));
  return text;
}

std::string DateOf(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d", time, absl::UTCTimeZone());
}
std::string TimeOf(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone());
}
std::string RefundOf(const LedgerEntry& entry) {
  return entry.refund_id ? entry.refund_id->ToString() : "";
}

// A field in the form of RFC 4180.
std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  return StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

std::string CsvRows(const LedgerEntry& entry) {
  std::string rows;
  for (const Posting& posting : PostingsOf(entry)) {
    const bool debit = posting.amount > 0;
    const std::string amount = DecimalOf(debit ? posting.amount : -posting.amount, entry.currency);
    rows += StrCat(entry.id.ToString(), ",", TimeOf(entry.create_time), ",", LedgerEntryTypeName(entry.type),
                   ",", entry.order_id.ToString(), ",", RefundOf(entry), ",",
                   CsvField(entry.payment_provider), ",", AccountOf(entry, posting), ",", debit ? amount : "",
                   ",", debit ? "" : amount, ",", entry.currency.code(), "\n");
  }
  return rows;
}

std::string PostingLines(const LedgerEntry& entry) {
  std::string lines;
  for (const Posting& posting : PostingsOf(entry)) {
    lines += absl::StrFormat("    %-40s  %20s %s\n", AccountOf(entry, posting),
                             DecimalOf(posting.amount, entry.currency), entry.currency.code());
  }
  return lines;
}

std::string HledgerTransaction(const LedgerEntry& entry) {
  std::string tags = StrCat("time:", TimeOf(entry.create_time), ", order:", entry.order_id.ToString());
  if (entry.refund_id) tags += StrCat(", refund:", RefundOf(entry));
  return StrCat("\n", DateOf(entry.create_time), " * (", entry.id.ToString(), ") ",
                LedgerEntryTypeName(entry.type), "  ; ", tags, "\n", PostingLines(entry));
}

std::string BeancountTransaction(const LedgerEntry& entry) {
  std::string metadata =
      StrCat("  entry: \"", entry.id.ToString(), "\"\n  time: \"", TimeOf(entry.create_time),
             "\"\n  order: \"", entry.order_id.ToString(), "\"\n");
  if (entry.refund_id) metadata += StrCat("  refund: \"", RefundOf(entry), "\"\n");
  return StrCat("\n", DateOf(entry.create_time), " * \"", LedgerEntryTypeName(entry.type), "\"\n", metadata,
                PostingLines(entry));
}

// "1000.00 EUR": hledger requires a decimal mark, also for a currency without decimals.
std::string HledgerCommodity(Currency currency) {
  const auto decimals = static_cast<std::size_t>(currency.exponent());
  return StrCat("commodity 1000.", std::string(decimals, '0'), " ", currency.code(), "\n");
}

}  // namespace

std::optional<LedgerFormat> ParseLedgerFormat(std::string_view name) {
  for (const auto& [text, format] : kFormats) {
    if (text == name) return format;
  }
  return std::nullopt;
}

std::string LedgerFormatter::Begin() const {
  switch (format_) {
    case LedgerFormat::kCsv:
      return "entry_id,time,type,order_id,refund_id,payment_provider,account,debit,credit,currency\n";
    case LedgerFormat::kHledger:
      return "decimal-mark .\n";
    case LedgerFormat::kBeancount:
      return "option \"title\" \"Payments and refunds of orders\"\n";
  }
  return "";
}

std::string LedgerFormatter::Add(const LedgerEntry& entry) {
  if (format_ == LedgerFormat::kCsv) return CsvRows(entry);
  std::string text;
  for (const Posting& posting : PostingsOf(entry)) text += Declare(AccountOf(entry, posting), entry.currency);
  if (!text.empty()) text.insert(0, "\n");
  return text + (format_ == LedgerFormat::kHledger ? HledgerTransaction(entry) : BeancountTransaction(entry));
}

std::string LedgerFormatter::Declare(const std::string& account, Currency currency) {
  const bool hledger = format_ == LedgerFormat::kHledger;
  std::string text;
  if (declared_.insert(account).second) {
    // beancount requires a date that is not after the first entry.
    text += hledger ? StrCat("account ", account, "\n") : StrCat("1900-01-01 open ", account, "\n");
  }
  if (hledger && declared_.insert(std::string(currency.code())).second) text += HledgerCommodity(currency);
  return text;
}

}  // namespace keelson
