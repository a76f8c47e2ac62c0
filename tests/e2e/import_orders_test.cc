// Tests `keelson import orders` against the real service.
#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <string>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/imports.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/stores.h"

namespace keelson::e2e {
namespace {

// A DELIVERED order of ada@example.com: two units of 12.50 EUR. `more` contains further fields.
std::string OrderLineOf(const std::string& reference, const std::string& more = "") {
  return StrCat(
      R"({"userEmail": "ada@example.com", "reference": ")", reference,
      R"(", "state": "ORDER_STATE_DELIVERED", "lines": [{"sku": "mug", "quantity": "2", "unitPrice":)"
      R"( {"currencyCode": "EUR", "minorUnits": "1250"}}], "createTime": "2026-01-02T10:00:00Z",)"
      R"( "payTime": "2026-01-02T10:01:00Z", "shipTime": "2026-01-03T08:00:00Z",)"
      R"( "deliverTime": "2026-01-05T12:00:00Z", "payment": {"providerReference": "ch_)",
      reference, "\"}", more, "}\n");
}

constexpr char kRefundOfOneUnit[] =
    R"(, "refunds": [{"scope": {"lines": {"lines": [{"lineId": "1", "quantity": 1}]}},)"
    R"( "reason": "REFUND_REASON_DEFECTIVE", "createTime": "2026-01-07T09:00:00Z"}])";

// Writes the orders R-0 to R-<count - 1>.
std::filesystem::path WriteOrders(const Folder& folder, int count) {
  std::filesystem::path path = folder / "orders.jsonl";
  std::ofstream file(path, std::ios::binary);
  for (int i = 0; i < count; ++i) {
    file << OrderLineOf(StrCat("R-", i), i % 10 == 0 ? kRefundOfOneUnit : "");
  }
  return path;
}

std::string FindOrder(const Client& client, const std::string& reference) {
  return Outcome(client(&Orders::GetOrder, Field("reference", reference)));
}

TEST_CASE("an order from before the move is imported with its refund, and the rest is refunded") {
  const Folder folder;
  // The refund window is longer than the age of the order.
  const ServiceProcess service(folder.path(), {"refunds.window=87600h"});
  const Client client = service.Connect();
  RegisterUser(client, "ada@example.com");
  const auto file = WriteImport(folder, "orders", OrderLineOf("R-1001", kRefundOfOneUnit));
  const CommandResult result = Import("orders", folder, service, file);
  CHECK(result.exit_code == kOk);
  CHECK(result.output == "1 imported, 0 already present, 0 failed\n");
  CHECK(result.errors.empty());

  const auto found = client(&Orders::GetOrder, Field("reference", "R-1001"));
  REQUIRE(found.ok());
  const orders::v1::Order& order = found->order();
  CHECK(order.state() == orders::v1::ORDER_STATE_DELIVERED);
  CHECK(order.refunded().minor_units() == 1250);
  CHECK(order.create_time().seconds() == 1'767'348'000);
  const auto refund =
      client(&Refunds::CreateRefund, StrCat(Field("order_id", order.id()), "scope { everything {} }"));
  REQUIRE(Outcome(refund) == "OK");
  CHECK(refund->refund().amount().minor_units() == 1250);
  AwaitRefund(client, refund->refund().id());
  CHECK(GetOrder(client, order.id()).refund_status() == orders::v1::REFUND_STATUS_FULLY_REFUNDED);
  CHECK(Import("orders", folder, service, file).output == "0 imported, 1 already present, 0 failed\n");
  CHECK(RunOnStore(folder.path(), {"verify"}).exit_code == kOk);
}

TEST_CASE("an import of orders lists every invalid line, and imports the others") {
  const Folder folder;
  const ServiceProcess service(folder.path());
  RegisterUser(service.Connect(), "ada@example.com");
  std::string of_unknown = OrderLineOf("R-3");
  of_unknown.replace(of_unknown.find("ada@"), 4, "eve@");
  std::string unpaid = OrderLineOf("R-4");
  unpaid.replace(unpaid.find(R"("payTime": "2026-01-02T10:01:00Z", )"),
                 std::string(R"("payTime": "2026-01-02T10:01:00Z", )").size(), "");
  std::string dearer = OrderLineOf("R-1");
  dearer.replace(dearer.find("1250"), 4, "1251");
  const auto file = WriteImport(
      folder, "orders",
      StrCat(OrderLineOf("R-1"), "{\"reference\": \n", of_unknown, unpaid, dearer, OrderLineOf("R-2")));
  const CommandResult result = Import("orders", folder, service, file);
  CHECK(result.exit_code == kFailed);
  CHECK(result.output == "2 imported, 0 already present, 4 failed\n");
  CHECK_THAT(result.errors,
             Catch::Contains("keelson: line 2: JSON: ") &&
                 Catch::Contains("keelson: line 3: R-3: no user ") &&
                 Catch::Contains("keelson: line 4: R-4: pay_time is required in the state DELIVERED") &&
                 Catch::Contains("keelson: line 5: R-1: an order with this reference exists and differs in: "
                                 "lines"));
  CHECK(FindOrder(service.Connect(), "R-2") == "OK");
}

TEST_CASE("20,000 orders are imported with bounded memory, and the store stays valid") {
  constexpr int kOrders = 20'000;
  const Folder folder;
  ServiceProcess service(folder.path());
  RegisterUser(service.Connect(), "ada@example.com");
  const std::size_t before = service.process().Memory("VmRSS:");
  const auto file = WriteOrders(folder, kOrders);
  ChildProcess command = StartImport("orders", folder, service, file);
  const std::size_t peak = AwaitPeakMemory(command);
  CHECK(command.Wait() == kOk);
  CHECK(command.output() == StrCat(kOrders, " imported, 0 already present, 0 failed\n"));
  CHECK(peak < 48 * kMiB);
  CHECK(service.process().Memory("VmHWM:") < before + 64 * kMiB);
  CHECK(RunOnStore(folder.path(), {"verify"}).exit_code == kOk);
}

TEST_CASE("an import of orders that kill -9 of the service interrupts is completed by a repeat") {
  constexpr int kOrders = 6'000;
  const Folder folder;
  const auto file = WriteOrders(folder, kOrders);
  {
    ServiceProcess service(folder.path());
    const Client client = service.Connect();
    RegisterUser(client, "ada@example.com");
    ChildProcess command = StartImport("orders", folder, service, file);
    REQUIRE(Await([&] { return FindOrder(client, "R-0") == "OK"; }));
    service.Kill();
    CHECK(command.Wait() == kFailed);
    CHECK_THAT(command.errors(),
               Catch::Contains("keelson: UNAVAILABLE: ") && Catch::Contains("imported orders stay"));
  }
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  // The service was killed before the last batch.
  CHECK(FindOrder(client, "R-0") == "OK");
  CHECK(FindOrder(client, StrCat("R-", kOrders - 1)) == "NOT_FOUND ORDER_NOT_FOUND");
  CheckResumed(Import("orders", folder, service, file), kOrders);
  CHECK(RunOnStore(folder.path(), {"verify"}).exit_code == kOk);
}

TEST_CASE("two imports of the same orders at once import each order once") {
  constexpr int kOrders = 2'000;
  const Folder folder;
  const ServiceProcess service(folder.path());
  RegisterUser(service.Connect(), "ada@example.com");
  const auto file = WriteOrders(folder, kOrders);
  ChildProcess first = StartImport("orders", folder, service, file);
  ChildProcess second = StartImport("orders", folder, service, file);
  int imported = 0;
  for (ChildProcess* command : {&first, &second}) {
    CHECK(command->Wait() == kOk);
    int count = 0;
    REQUIRE(std::sscanf(command->output().c_str(), "%d imported", &count) == 1);
    imported += count;
  }
  CHECK(imported == kOrders);
  CHECK(RunOnStore(folder.path(), {"verify"}).exit_code == kOk);
}

}  // namespace
}  // namespace keelson::e2e
