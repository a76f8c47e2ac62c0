#include "adapters/payments/sandbox/sandbox_entry_json.h"

#include <nlohmann/json.hpp>

namespace keelson {
namespace {

constexpr char kTimeFormat[] = "%Y-%m-%dT%H:%M:%E6SZ";

struct TypeNames {
  const char* type;
  // The name of SandboxEntry::result.
  const char* result;
};
constexpr TypeNames kRequestNames = {"request", "answer"};
constexpr TypeNames kPayoutNames = {"payout", "payout_id"};

std::optional<SandboxEntry> ReadEntry(const nlohmann::json& json) {
  SandboxEntry entry;
  const std::string type = json.at("type");
  if (type != kRequestNames.type && type != kPayoutNames.type) return std::nullopt;
  const bool payout = type == kPayoutNames.type;
  entry.type = payout ? SandboxEntry::Type::kPayout : SandboxEntry::Type::kRequest;
  const std::string time = json.at("time");
  if (!absl::ParseTime(absl::RFC3339_full, time, &entry.time, nullptr)) return std::nullopt;
  entry.key = json.at("key");
  entry.refund_id = json.at("refund_id");
  entry.payment_reference = json.at("payment_reference");
  const std::optional<Currency> currency = Currency::Parse(json.at("currency").get<std::string>());
  if (!currency) return std::nullopt;
  entry.amount = {*currency, json.at("minor_units")};
  entry.result = json.at((payout ? kPayoutNames : kRequestNames).result);
  return entry;
}

}  // namespace

std::string ToJsonLine(const SandboxEntry& entry) {
  const TypeNames& names = entry.type == SandboxEntry::Type::kPayout ? kPayoutNames : kRequestNames;
  const nlohmann::ordered_json json = {
      {"time", absl::FormatTime(kTimeFormat, entry.time, absl::UTCTimeZone())},
      {"type", names.type},
      {"key", entry.key},
      {"refund_id", entry.refund_id},
      {"payment_reference", entry.payment_reference},
      {"currency", std::string(entry.amount.currency.code())},
      {"minor_units", entry.amount.minor_units},
      {names.result, entry.result}};
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::optional<SandboxEntry> ParseJsonLine(std::string_view line) {
  try {
    return ReadEntry(nlohmann::json::parse(line));
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace keelson
