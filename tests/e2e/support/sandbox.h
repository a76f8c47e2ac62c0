// The payment provider sandbox, as seen from outside: its journal.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/e2e/support/client.h"

namespace keelson::e2e {

// Settings of a service with the providers sandbox, which is the default, and recorded. The journal of the
// sandbox is the file "payments.jsonl" in the directory of the service. Calls are repeated quickly.
std::vector<std::string> SandboxSettings();

// A line of the journal.
struct SandboxLine {
  // "request" or "payout".
  std::string type;
  std::string key;
  std::string refund_id;
  std::int64_t minor_units = 0;
};

// The complete lines of the journal in `folder`, oldest first; none if there is no journal.
std::vector<SandboxLine> ReadSandbox(const std::filesystem::path& folder);
// The lines with the type and the refund.
std::vector<SandboxLine> LinesOf(const std::vector<SandboxLine>& lines, const std::string& type,
                                 const std::string& refund_id);

// Creates a DELIVERED order that was paid at the sandbox with the payment reference `reference`.
std::string OrderPaidAtSandbox(const Client& client, const std::string& email, const std::string& reference,
                               int total);
// Creates a refund by amount, in EUR cents, and returns its id.
std::string RefundAmount(const Client& client, const std::string& order_id, int amount);

}  // namespace keelson::e2e
