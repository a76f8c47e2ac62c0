#include "core/store/export/rows.h"

#include <algorithm>
#include <array>

#include "absl/strings/escaping.h"
#include "core/accounts/user_repository.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr std::array<std::string_view, kRowKinds> kTableNames = {
    "users",   "sessions", "email_tokens", "cooldowns",   "sign_in_throttles", "orders",
    "refunds", "messages", "events",       "idempotency", "settings",          "ledger_entries",
};

// Flips the sign bit, so that big-endian bytes sort in numeric order.
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
constexpr int kNumberBytes = 8;

template <std::size_t N>
std::string BytesOf(const std::array<std::uint8_t, N>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), N};
}

std::string BytesOf(std::int64_t number) {
  const std::uint64_t bits = static_cast<std::uint64_t>(number) ^ kSign;
  std::string bytes;
  for (int i = kNumberBytes - 1; i >= 0; --i) bytes.push_back(static_cast<char>(bits >> (8 * i)));
  return bytes;
}

std::string HexOf(const Fingerprint& fingerprint) {
  return absl::BytesToHexString(BytesOf(fingerprint));
}

}  // namespace

std::string_view TableName(RowKind kind) {
  return kTableNames[static_cast<std::size_t>(kind)];
}

std::size_t CountOf(const RowBatch& rows) {
  return std::visit([](const auto& vector) { return vector.size(); }, rows);
}

std::string LastKey(const RowBatch& rows) {
  return std::visit([](const auto& vector) { return KeyOf(vector.back()); }, rows);
}

std::string KeyOf(const UserRow& row) {
  return BytesOf(row.fields.id.uuid());
}
std::string KeyOf(const SessionFields& row) {
  return BytesOf(row.id.uuid());
}
std::string KeyOf(const EmailToken& row) {
  return BytesOf(row.user_id.uuid()) + BytesOf(static_cast<std::int64_t>(row.purpose));
}
std::string KeyOf(const Cooldown& row) {
  return BytesOf(row.key);
}
std::string KeyOf(const Throttle& row) {
  return BytesOf(row.key);
}
std::string KeyOf(const OrderFields& row) {
  return BytesOf(row.id.uuid());
}
std::string KeyOf(const RefundFields& row) {
  return BytesOf(row.order_id.uuid()) + BytesOf(row.id.uuid());
}
std::string KeyOf(const Message& row) {
  return BytesOf(row.id.uuid());
}
std::string KeyOf(const Event& row) {
  return BytesOf(row.sequence);
}
std::string KeyOf(const IdempotencyRecord& row) {
  return BytesOf(row.key);
}
std::string KeyOf(const Setting& row) {
  return row.name;
}
std::string KeyOf(const LedgerEntry& row) {
  return BytesOf(row.order_id.uuid()) + BytesOf(row.id.uuid());
}

Uuid UuidInKey(std::string_view key, std::size_t offset) {
  Uuid uuid{};
  if (key.size() > offset) key.substr(offset).copy(reinterpret_cast<char*>(uuid.data()), uuid.size());
  return uuid;
}

std::int64_t NumberInKey(std::string_view key, std::size_t offset) {
  std::uint64_t bits = 0;
  for (const char byte : key.substr(std::min(offset, key.size()), kNumberBytes)) {
    bits = bits << 8 | static_cast<std::uint8_t>(byte);
  }
  return static_cast<std::int64_t>(bits ^ kSign);
}

std::string NameOf(const UserRow& row) {
  return row.fields.id.ToString();
}
std::string NameOf(const SessionFields& row) {
  return row.id.ToString();
}
std::string NameOf(const EmailToken& row) {
  return StrCat(row.user_id.ToString(), " ", static_cast<int>(row.purpose));
}
std::string NameOf(const Cooldown& row) {
  return HexOf(row.key);
}
std::string NameOf(const Throttle& row) {
  return HexOf(row.key);
}
std::string NameOf(const OrderFields& row) {
  return row.id.ToString();
}
std::string NameOf(const RefundFields& row) {
  return row.id.ToString();
}
std::string NameOf(const Message& row) {
  return row.id.ToString();
}
std::string NameOf(const Event& row) {
  return StrCat(row.sequence);
}
std::string NameOf(const IdempotencyRecord& row) {
  return HexOf(row.key);
}
std::string NameOf(const Setting& row) {
  return row.name;
}
std::string NameOf(const LedgerEntry& row) {
  return row.id.ToString();
}

}  // namespace keelson
