#include "tests/e2e/support/store_pair.h"

#include <catch2/catch.hpp>
#include <csignal>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/scenarios.h"

namespace keelson::e2e {
namespace {

using Catch::Contains;
using Catch::StartsWith;

std::string Toml(const StorePair::Settings& settings) {
  std::string toml;
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    toml += StrCat(setting.substr(0, equals), " = \"", setting.substr(equals + 1), "\"\n");
  }
  return toml;
}

}  // namespace

StorePair::StorePair(const Settings& old_store, const Settings& new_store) {
  WriteFile(folder_ / "old.toml", Toml(old_store));
  WriteFile(folder_ / "new.toml", Toml(new_store));
}

void StorePair::KillTransfer(const std::function<bool()>& begun) const {
  std::vector<std::string> arguments = TransferArguments();
  arguments.insert(arguments.begin(), KEELSON_BINARY);
  ChildProcess transfer(std::move(arguments), folder_.path(), {});
  REQUIRE(Await(begun));
  transfer.Signal(SIGKILL);
  REQUIRE(transfer.Wait() == -SIGKILL);
}

std::string SeedHistory(const Client& client) {
  const std::string order_id = DeliveredOrder(client, "ada@example.com", 3, 1000);
  for (int i = 0; i < 2; ++i) {
    const auto refund = client(&Refunds::CreateRefund, StrCat(Field("request_id", StrCat("r", i)),
                                                              Field("order_id", order_id), UnitsScope(1)));
    REQUIRE(Outcome(refund) == "OK");
    AwaitRefund(client, refund->refund().id());
  }
  return GetOrder(client, order_id).user_id();
}

void CheckRefused(const CommandResult& result, int exit_code, const std::string& cause) {
  CHECK(result.exit_code == exit_code);
  CHECK(result.output.empty());
  CHECK_THAT(result.errors, StartsWith("keelson: ") && Contains(cause));
}

void CheckDone(const CommandResult& result) {
  CHECK_THAT(result.errors, !Contains("keelson: "));
  CHECK(result.exit_code == 0);
}

void CheckClean(const CommandResult& result) {
  CHECK(result.errors.empty());
  CHECK(result.output == "no findings\n");
  CHECK(result.exit_code == 0);
}

}  // namespace keelson::e2e
