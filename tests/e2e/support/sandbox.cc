#include "tests/e2e/support/sandbox.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/common/strings.h"
#include "tests/e2e/support/scenarios.h"

namespace keelson::e2e {

std::vector<std::string> SandboxSettings() {
  return {"payments.providers=['sandbox','recorded']",
          // The reference chooses the behaviour, so that several orders have the same one.
          "payments.shared_references=true", "payments.sandbox.path=payments.jsonl",
          "payments.sandbox.pending=200ms", "payments.timeout=400ms", "payments.lease=1s",
          "payments.base_delay=10ms", "payments.max_delay=50ms", "payments.pending_interval=10ms",
          "payments.max_pending_interval=50ms", "refunds.max_per_order=1000"};
}

std::vector<SandboxLine> ReadSandbox(const std::filesystem::path& folder) {
  std::vector<SandboxLine> lines;
  std::ifstream file(folder / "payments.jsonl");
  for (std::string text; std::getline(file, text);) {
    // The last line may be incomplete while the service writes it, or after a crash.
    if (file.eof()) break;
    const nlohmann::json json = nlohmann::json::parse(text);
    lines.push_back({json.at("type"), json.at("key"), json.at("refund_id"), json.at("minor_units")});
  }
  return lines;
}

std::vector<SandboxLine> LinesOf(const std::vector<SandboxLine>& lines, const std::string& type,
                                 const std::string& refund_id) {
  std::vector<SandboxLine> found;
  std::ranges::copy_if(lines, std::back_inserter(found), [&](const SandboxLine& line) {
    return line.type == type && line.refund_id == refund_id;
  });
  return found;
}

std::string OrderPaidAtSandbox(const Client& client, const std::string& email, const std::string& reference,
                               int total) {
  return DeliveredOrder(client, email, 1, total,
                        "provider: 'sandbox' " + Field("provider_reference", reference));
}

std::string RefundAmount(const Client& client, const std::string& order_id, int amount) {
  const auto refund =
      client(&Refunds::CreateRefund, StrCat(Field("order_id", order_id), AmountScope(amount)));
  REQUIRE(Outcome(refund) == "OK");
  return refund->refund().id();
}

}  // namespace keelson::e2e
