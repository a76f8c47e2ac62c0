// Tests that `keelson reconcile` finds every planted difference, and repairs what it may.
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/sandbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/store_pair.h"
#include "tests/e2e/support/stores.h"

namespace keelson::e2e {
namespace {

using refunds::v1::Refund;

// With these settings the sandbox keeps pending refunds pending, and the service asks only once.
std::vector<std::string> StaysPending() {
  std::vector<std::string> settings = SandboxSettings();
  settings.insert(settings.end(), {"payments.sandbox.pending=24h", "payments.pending_interval=1h",
                                   "payments.max_pending_interval=1h"});
  return settings;
}

// Refunds of orders that were paid at the sandbox, whose journal and whose store a test may change.
class Books {
 public:
  // Creates a refund and returns its id. Each payment reference is used once.
  std::string Add(const Client& client, const std::string& reference) {
    const std::string order =
        OrderPaidAtSandbox(client, StrCat("user", ++users_, "@example.com"), reference, 2000);
    return RefundAmount(client, order, 500);
  }
  // Replaces the payment reference in the store and in the sandbox's journal, so that the sandbox behaves in
  // another way.
  void Relabel(const std::string& from, const std::string& to) const {
    for (const char* table : {"orders", "refunds"}) {
      ExecuteInStore(folder_.path(), StrCat("UPDATE ", table, " SET payment_reference = '", to,
                                            "' WHERE payment_reference = '", from, "'"));
    }
    WriteJournal(absl::StrReplaceAll(ReadJournal(), {{StrCat("\"", from, "\""), StrCat("\"", to, "\"")}}));
  }
  // The sandbox forgets the refund.
  void Forget(const std::string& refund_id) const {
    std::string kept;
    for (const absl::string_view line : absl::StrSplit(ReadJournal(), '\n', absl::SkipEmpty())) {
      if (line.find(refund_id) == absl::string_view::npos) kept += StrCat(line, "\n");
    }
    WriteJournal(kept);
  }
  CommandResult Reconcile(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"reconcile", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    for (const std::string& setting : SandboxSettings()) {
      arguments.insert(arguments.end(), {"--set", setting});
    }
    // The pending time of every refund is over.
    arguments.insert(arguments.end(), {"--set", "payments.sandbox.pending=0s"});
    return RunOnStore(folder_.path(), std::move(arguments));
  }
  const Folder& folder() const { return folder_; }

 private:
  std::string ReadJournal() const {
    std::ifstream file(folder_.path() / "payments.jsonl");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  void WriteJournal(const std::string& text) const {
    std::ofstream(folder_.path() / "payments.jsonl") << text;
  }

  const Folder folder_;
  int users_ = 0;
};

// The differences by refund, with "!" for a repaired difference.
std::map<std::string, std::string> DifferencesIn(const CommandResult& result) {
  std::map<std::string, std::string> differences;
  for (const absl::string_view text : absl::StrSplit(result.output, '\n', absl::SkipEmpty())) {
    const nlohmann::json line = nlohmann::json::parse(text);
    if (!line.contains("refund_id")) continue;
    CHECK_FALSE(line.at("explanation").get<std::string>().empty());
    differences[line.at("refund_id")] =
        StrCat(line.at("difference").get<std::string>(), line.at("repaired").get<bool>() ? "!" : "");
  }
  return differences;
}

void AwaitAttempt(const Client& client, const std::string& refund_id) {
  CHECK(Await([&] {
    const Refund refund = client(&Refunds::GetRefund, Field("id", refund_id))->refund();
    return refund.state() == refunds::v1::REFUND_STATE_SUCCEEDED ||
           refund.state() == refunds::v1::REFUND_STATE_FAILED || !refund.failure_code().empty();
  }));
}

TEST_CASE("reconcile finds every planted difference, and repairs only what is safe") {
  Books books;
  std::string equal, paid, rejected, not_due, lost, not_found, returned, failed_paid;
  {
    ServiceProcess service(books.folder().path(), StaysPending());
    const Client client = service.Connect();
    equal = books.Add(client, "settles-1");
    paid = books.Add(client, "pending_settles-2");
    rejected = books.Add(client, "pending_fails-3");
    not_due = books.Add(client, "pending_settles-4");
    lost = books.Add(client, "pending_settles-5");
    not_found = books.Add(client, "settles-6");
    returned = books.Add(client, "settles-7");
    failed_paid = books.Add(client, "declines-8");
    for (const std::string& id : {equal, paid, rejected, not_due, lost, not_found, returned, failed_paid}) {
      AwaitAttempt(client, id);
    }
    CHECK(service.Stop() == 0);
  }
  ExecuteInStore(books.folder().path(),
                 "UPDATE refunds SET due_time = NULL WHERE payment_reference = 'pending_settles-4'");
  books.Forget(not_due);
  books.Forget(lost);
  books.Forget(not_found);
  books.Relabel("settles-7", "declines-7");
  books.Relabel("declines-8", "pending_settles-8");

  const std::map<std::string, std::string> planted = {
      {paid, "NOT_SETTLED_PAID"},  {rejected, "NOT_SETTLED_REJECTED"}, {not_due, "NOT_DUE"},
      {lost, "LOST_BY_PROVIDER"},  {not_found, "SUCCEEDED_NOT_FOUND"}, {returned, "SUCCEEDED_REJECTED"},
      {failed_paid, "FAILED_PAID"}};
  const CommandResult found = books.Reconcile();
  CHECK(found.exit_code == 1);
  CHECK(DifferencesIn(found) == planted);
  CHECK_THAT(found.output,
             Catch::Contains(R"({"compared":8,"differences":7,"repaired":0,"not_compared":0})"));
  // Nothing has changed.
  CHECK(DifferencesIn(books.Reconcile()) == planted);

  std::map<std::string, std::string> repaired = planted;
  for (const std::string& id : {paid, rejected, not_due}) repaired[id] += "!";
  const CommandResult repairs = books.Reconcile({"--repair"});
  CHECK(repairs.exit_code == 1);
  CHECK(DifferencesIn(repairs) == repaired);

  std::map<std::string, std::string> left = planted;
  left.erase(paid);
  left.erase(rejected);
  left[not_due] = "LOST_BY_PROVIDER";
  CHECK(DifferencesIn(books.Reconcile({"--repair"})) == left);
  // Only the refunds that settled long ago are excluded.
  CHECK(DifferencesIn(books.Reconcile({"--since", "0s"})) ==
        std::map<std::string, std::string>{{lost, "LOST_BY_PROVIDER"}, {not_due, "LOST_BY_PROVIDER"}});
  CheckClean(RunOnStore(books.folder().path(), {"verify"}));
}

TEST_CASE("reconcile without --repair works while the service runs, and finds nothing that is settled") {
  Books books;
  ServiceProcess service(books.folder().path(), SandboxSettings());
  const Client client = service.Connect();
  for (const char* reference : {"settles-1", "declines-2", "pending_settles-3", "pays_then_times_out-4"}) {
    const std::string id = books.Add(client, reference);
    CHECK(Await([&] {
      const Refund refund = client(&Refunds::GetRefund, Field("id", id))->refund();
      return refund.state() == refunds::v1::REFUND_STATE_SUCCEEDED ||
             refund.state() == refunds::v1::REFUND_STATE_FAILED;
    }));
  }
  const CommandResult result = books.Reconcile();
  CHECK(result.exit_code == 0);
  CHECK(DifferencesIn(result).empty());
  CHECK_THAT(result.output, Catch::Contains("\"compared\":4,"));
  CHECK(service.Stop() == 0);
}

TEST_CASE("the service reconciles by itself, repairs, and is NOT_SERVING as long as differences remain") {
  Books books;
  std::vector<std::string> settings = StaysPending();
  std::string paid, lost;
  {
    ServiceProcess service(books.folder().path(), settings);
    const Client client = service.Connect();
    paid = books.Add(client, "pending_settles-1");
    lost = books.Add(client, "pending_settles-2");
    AwaitAttempt(client, paid);
    AwaitAttempt(client, lost);
    CHECK(service.Stop() == 0);
  }
  books.Forget(lost);
  settings.insert(settings.end(), {"payments.sandbox.pending=0s", "payments.reconcile.interval=100ms"});
  ServiceProcess service(books.folder().path(), settings);
  const Client client = service.Connect();
  AwaitRefund(client, paid);
  CHECK(Await([&] { return client.Health("payments.reconciliation") == "NOT_SERVING"; }));
  CHECK(client.Health() == "SERVING");
  CHECK_THAT(service.errors(), Catch::Contains("LOST_BY_PROVIDER") && Catch::Contains(lost));
  CHECK(client(&Refunds::GetRefund, Field("id", lost))->refund().state() ==
        refunds::v1::REFUND_STATE_PROCESSING);
  CHECK(service.Stop() == 0);
  CheckClean(RunOnStore(books.folder().path(), {"verify"}));
}

TEST_CASE("reconcile reports wrong arguments") {
  Books books;
  const CommandResult result = books.Reconcile({"--since", "yesterday"});
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.errors, Catch::Contains("--since yesterday must be a duration such as 72h"));
}

}  // namespace
}  // namespace keelson::e2e
