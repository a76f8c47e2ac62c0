#include "app/ledger_format.h"

#include <catch2/catch.hpp>

namespace keelson {
namespace {

LedgerEntry PaymentEntry(const std::string& currency, std::int64_t amount,
                         const std::string& provider = "stripe") {
  LedgerEntry entry;
  entry.id = LedgerEntryId(Uuid{1});
  entry.order_id = OrderId(Uuid{2});
  entry.payment_provider = provider;
  entry.currency = *Currency::Parse(currency);
  entry.amount = amount;
  entry.create_time = absl::FromUnixMicros(1'795'417'992'960'504);
  return entry;
}

LedgerEntry HoldEntry(const std::string& currency, std::int64_t amount) {
  LedgerEntry entry = PaymentEntry(currency, amount);
  entry.type = LedgerEntryType::kRefundHold;
  entry.refund_id = RefundId(Uuid{3});
  return entry;
}

const std::string kEntryId = LedgerEntryId(Uuid{1}).ToString();
const std::string kOrderId = OrderId(Uuid{2}).ToString();
const std::string kRefundId = RefundId(Uuid{3}).ToString();

TEST_CASE("the ledger is written as CSV with one row for the debit and one for the credit") {
  LedgerFormatter formatter(LedgerFormat::kCsv);
  CHECK(formatter.Begin() ==
        "entry_id,time,type,order_id,refund_id,payment_provider,account,debit,credit,currency\n");
  CHECK(formatter.Add(PaymentEntry("EUR", 3750)) ==
        kEntryId + ",2026-11-23T07:13:12.960504Z,PAYMENT," + kOrderId +
            ",,stripe,Assets:Payments:Stripe,37.50,,EUR\n" + kEntryId +
            ",2026-11-23T07:13:12.960504Z,PAYMENT," + kOrderId +
            ",,stripe,Liabilities:Customers,,37.50,EUR\n");
  CHECK(formatter.Add(HoldEntry("JPY", 5)) ==
        kEntryId + ",2026-11-23T07:13:12.960504Z,REFUND_HOLD," + kOrderId + "," + kRefundId +
            ",stripe,Liabilities:Customers,5,,JPY\n" + kEntryId +
            ",2026-11-23T07:13:12.960504Z,REFUND_HOLD," + kOrderId + "," + kRefundId +
            ",stripe,Liabilities:RefundReserve,,5,JPY\n");
}

TEST_CASE("a text with separators or quotes is quoted in CSV") {
  CHECK_THAT(LedgerFormatter(LedgerFormat::kCsv).Add(PaymentEntry("EUR", 1, "a,\"b\"")),
             Catch::Contains(",\"a,\"\"b\"\"\",Assets:Payments:A--b-,0.01,,EUR\n"));
}

TEST_CASE("the ledger is written for hledger, with each account and currency declared before its first use") {
  LedgerFormatter formatter(LedgerFormat::kHledger);
  CHECK(formatter.Begin() == "decimal-mark .\n");
  CHECK(formatter.Add(PaymentEntry("EUR", 3750)) ==
        "\n"
        "account Assets:Payments:Stripe\n"
        "commodity 1000.00 EUR\n"
        "account Liabilities:Customers\n"
        "\n"
        "2026-11-23 * (" +
            kEntryId + ") PAYMENT  ; time:2026-11-23T07:13:12.960504Z, order:" + kOrderId +
            "\n"
            "    Assets:Payments:Stripe                                   37.50 EUR\n"
            "    Liabilities:Customers                                   -37.50 EUR\n");
  CHECK(formatter.Add(HoldEntry("EUR", 5)) ==
        "\n"
        "account Liabilities:RefundReserve\n"
        "\n"
        "2026-11-23 * (" +
            kEntryId + ") REFUND_HOLD  ; time:2026-11-23T07:13:12.960504Z, order:" + kOrderId +
            ", refund:" + kRefundId +
            "\n"
            "    Liabilities:Customers                                     0.05 EUR\n"
            "    Liabilities:RefundReserve                                -0.05 EUR\n");
  CHECK_THAT(formatter.Add(HoldEntry("JPY", 5)),
             Catch::StartsWith("\ncommodity 1000. JPY\n\n2026-11-23 * ("));
  CHECK_THAT(formatter.Add(HoldEntry("KWD", 1234)),
             Catch::Contains("commodity 1000.000 KWD\n") && Catch::Contains(" 1.234 KWD\n"));
  CHECK_THAT(formatter.Add(HoldEntry("KWD", 1)), Catch::StartsWith("\n2026-11-23 * ("));
}

TEST_CASE("the ledger is written for beancount, with each account opened before its first use") {
  LedgerFormatter formatter(LedgerFormat::kBeancount);
  CHECK(formatter.Begin() == "option \"title\" \"Payments and refunds of orders\"\n");
  CHECK(formatter.Add(PaymentEntry("EUR", 3750)) ==
        "\n"
        "1900-01-01 open Assets:Payments:Stripe\n"
        "1900-01-01 open Liabilities:Customers\n"
        "\n"
        "2026-11-23 * \"PAYMENT\"\n"
        "  entry: \"" +
            kEntryId +
            "\"\n"
            "  time: \"2026-11-23T07:13:12.960504Z\"\n"
            "  order: \"" +
            kOrderId +
            "\"\n"
            "    Assets:Payments:Stripe                                   37.50 EUR\n"
            "    Liabilities:Customers                                   -37.50 EUR\n");
  CHECK_THAT(formatter.Add(HoldEntry("EUR", 5)),
             Catch::Contains("1900-01-01 open Liabilities:RefundReserve\n") &&
                 Catch::Contains("  refund: \"" + kRefundId + "\"\n"));
}

TEST_CASE("the account of a payment provider has a name that beancount accepts") {
  const auto account = [](const std::string& provider) {
    const std::string row = LedgerFormatter(LedgerFormat::kCsv).Add(PaymentEntry("JPY", 1, provider));
    const std::size_t begin = row.find("Assets:Payments:");
    return row.substr(begin, row.find(',', begin) - begin);
  };
  CHECK(account("recorded") == "Assets:Payments:Recorded");
  CHECK(account("3ds_eu") == "Assets:Payments:3ds-eu");
  CHECK(account("_x") == "Assets:Payments:X-x");
  CHECK(account("") == "Assets:Payments:X");
}

TEST_CASE("ParseLedgerFormat accepts the names of the formats") {
  CHECK(ParseLedgerFormat("csv") == LedgerFormat::kCsv);
  CHECK(ParseLedgerFormat("hledger") == LedgerFormat::kHledger);
  CHECK(ParseLedgerFormat("beancount") == LedgerFormat::kBeancount);
  for (const std::string_view bad : {"", "CSV", "ledger"}) CHECK_FALSE(ParseLedgerFormat(bad).has_value());
}

}  // namespace
}  // namespace keelson
