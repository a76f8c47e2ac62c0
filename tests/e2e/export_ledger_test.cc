// Tests `keelson export ledger` with the real binary. hledger and beancount check the output.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "core/common/strings.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/stores.h"

namespace keelson::e2e {
namespace {

using Catch::Contains;

// Pays orders of 25.00 and 3.00 EUR, and refunds 12.50 EUR of the first order.
void SeedLedger(const Client& client) {
  const std::string order_id = DeliveredOrder(client, "ada@example.com", 2, 1250);
  DeliveredOrder(client, "bob@example.com", 1, 300);
  const auto refunded = client(&Refunds::CreateRefund, StrCat(Field("order_id", order_id), UnitsScope(1)));
  REQUIRE(Outcome(refunded) == "OK");
  AwaitRefund(client, refunded->refund().id());
}

CommandResult ExportLedger(const Folder& folder, std::vector<std::string> options) {
  options.insert(options.begin(), {"export", "ledger"});
  return RunOnStore(folder.path(), std::move(options));
}

// Runs a command of the shell in the folder.
CommandResult RunShell(const Folder& folder, const std::string& command) {
  ChildProcess process({"/bin/sh", "-c", command}, folder.path(), {});
  const int exit_code = process.Wait();
  return {exit_code, process.output(), process.errors()};
}

// Exports the ledger in a format to the file `name` in the folder.
void ExportToFile(const Folder& folder, const std::string& format, const std::string& name) {
  const CommandResult result = ExportLedger(folder, {"--format", format});
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
  std::ofstream(folder / name, std::ios::binary) << result.output;
}

TEST_CASE("keelson export ledger prints CSV while the service runs, and filters by time") {
  const Folder folder;
  const ServiceProcess service(folder.path());
  SeedLedger(service.Connect());
  const CommandResult csv = ExportLedger(folder, {});
  INFO(csv.errors);
  REQUIRE(csv.exit_code == 0);
  CHECK(csv.output.starts_with("entry_id,time,type,order_id,refund_id,"));
  // The header, and two rows for each of two payments, a hold and a payout.
  CHECK(std::count(csv.output.begin(), csv.output.end(), '\n') == 1 + 2 * 4);
  CHECK_THAT(csv.output, Contains(",recorded,Assets:Payments:Recorded,25.00,,EUR\n"));
  CHECK_THAT(csv.output, Contains(",recorded,Liabilities:Customers,,3.00,EUR\n"));
  CHECK_THAT(csv.output, Contains(",REFUND_PAYOUT,") && Contains(",Assets:Payments:Recorded,,12.50,EUR\n"));

  CHECK(ExportLedger(folder, {"--from", "2000-01-01"}).output == csv.output);
  const std::string header = csv.output.substr(0, csv.output.find('\n') + 1);
  CHECK(ExportLedger(folder, {"--before", "2000-01-01T00:00:00Z"}).output == header);
}

TEST_CASE("hledger accepts the exported ledger in strict mode, and its balances add up to zero") {
  const Folder folder;
  const ServiceProcess service(folder.path());
  SeedLedger(service.Connect());
  ExportToFile(folder, "hledger", "ledger.journal");
  const CommandResult checked = RunShell(folder, "hledger -f ledger.journal check --strict");
  INFO(checked.errors);
  CHECK(checked.exit_code == 0);
  const CommandResult balances = RunShell(folder, "hledger -f ledger.journal balance --flat --empty -O csv");
  INFO(balances.errors);
  CHECK(balances.exit_code == 0);
  CHECK_THAT(balances.output, Contains("\"Assets:Payments:Recorded\",\"15.50 EUR\"") &&
                                  Contains("\"Liabilities:Customers\",\"-15.50 EUR\"") &&
                                  Contains("\"Liabilities:RefundReserve\",\"0\"") &&
                                  Contains("\"total\",\"0\""));
}

TEST_CASE("beancount accepts the exported ledger") {
  const Folder folder;
  const ServiceProcess service(folder.path());
  SeedLedger(service.Connect());
  ExportToFile(folder, "beancount", "ledger.beancount");
  const CommandResult checked = RunShell(folder, "bean-check ledger.beancount");
  INFO(checked.output << checked.errors);
  CHECK(checked.exit_code == 0);
}

TEST_CASE("keelson export ledger rejects an unknown format and an invalid time") {
  const Folder folder;
  const CommandResult format = ExportLedger(folder, {"--format", "xml"});
  CHECK(format.exit_code == 2);
  CHECK_THAT(format.errors, Contains("--format must be csv, hledger or beancount, but is \"xml\""));
  const CommandResult time = ExportLedger(folder, {"--from", "yesterday"});
  CHECK(time.exit_code == 2);
  CHECK_THAT(time.errors, Contains("--from must be a date in UTC, such as 2026-11-23"));
}

}  // namespace
}  // namespace keelson::e2e
