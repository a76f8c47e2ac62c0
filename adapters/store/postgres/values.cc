#include "adapters/store/postgres/values.h"

#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace keelson {
namespace {

using Json = nlohmann::json;

// The epoch of timestamptz, which counts microseconds.
constexpr std::int64_t kEpochMicros = 946'684'800'000'000;  // 2000-01-01T00:00:00Z
constexpr std::int64_t kInfinity = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMinusInfinity = std::numeric_limits<std::int64_t>::min();
constexpr char kJsonbVersion = 1;

std::int64_t ToTimestamp(absl::Time time) {
  if (time == absl::InfiniteFuture()) return kInfinity;
  if (time == absl::InfinitePast()) return kMinusInfinity;
  return absl::ToUnixMicros(time) - kEpochMicros;
}

Json ParseJsonb(std::string_view bytes) {
  if (bytes.empty() || bytes.front() != kJsonbVersion) throw std::runtime_error("a value is not jsonb");
  Json json = Json::parse(bytes.begin() + 1, bytes.end(), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) throw std::runtime_error("a value is not valid JSON");
  return json;
}

}  // namespace

void PgEncoder::PatchInteger(std::size_t at, std::int32_t value) {
  const auto bits = static_cast<std::uint32_t>(value);
  for (std::size_t i = 0; i < sizeof bits; ++i) out_[at + i] = static_cast<char>(bits >> (24 - 8 * i) & 0xff);
}

PgType PgEncoder::ArrayOf(PgType element) {
  switch (element) {
    case PgType::kBytea:
      return PgType::kByteaArray;
    case PgType::kSmallint:
      return PgType::kSmallintArray;
    case PgType::kText:
      return PgType::kTextArray;
    case PgType::kJson:
      return PgType::kJsonArray;
    case PgType::kJsonb:
      return PgType::kJsonbArray;
    case PgType::kTimestamptz:
      return PgType::kTimestamptzArray;
    case PgType::kUuid:
      return PgType::kUuidArray;
    default:
      return PgType::kBigintArray;
  }
}

PgType PgEncoder::Put(bool value) {
  out_ += static_cast<char>(value ? 1 : 0);
  return PgType::kBool;
}

PgType PgEncoder::Put(std::string_view value) {
  out_ += value;
  return PgType::kText;
}

PgType PgEncoder::Put(BytesView value) {
  out_ += value.bytes;
  return PgType::kBytea;
}

PgType PgEncoder::Put(JsonView value) {
  if (value.text != nullptr) out_ += *value.text;
  return PgType::kJson;
}

PgType PgEncoder::Put(absl::Time value) {
  PutInteger(ToTimestamp(value));
  return PgType::kTimestamptz;
}

PgType PgEncoder::Put(const Uuid& value) {
  out_.append(reinterpret_cast<const char*>(value.data()), value.size());
  return PgType::kUuid;
}

PgType PgEncoder::Put(const std::map<std::string, std::string>& value) {
  out_ += kJsonbVersion;
  out_ += value.empty() ? "{}" : Json(value).dump();
  return PgType::kJsonb;
}

PgType PgEncoder::Put(const std::vector<RefundLine>& value) {
  Json lines = Json::array();
  for (const RefundLine& line : value)
    lines.push_back({line.index, line.quantity, line.amount, line.withheld});
  out_ += kJsonbVersion;
  out_ += lines.dump();
  return PgType::kJsonb;
}

std::int64_t GetInteger(std::string_view bytes) {
  if (bytes.size() != 2 && bytes.size() != 4 && bytes.size() != 8) {
    throw std::runtime_error("a value is not an integer");
  }
  // Extends the sign of a shorter integer to 64 bits.
  std::uint64_t bits = (static_cast<unsigned char>(bytes.front()) & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (const char byte : bytes) bits = bits << 8 | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(bits);
}

void GetBytes(std::string_view bytes, void* data, std::size_t size) {
  if (bytes.size() != size) throw std::runtime_error("a value has the wrong length");
  std::memcpy(data, bytes.data(), size);
}

void Get(std::string_view bytes, bool& value) {
  if (bytes.size() != 1) throw std::runtime_error("a value is not a boolean");
  value = bytes.front() != 0;
}

void Get(std::string_view bytes, std::string& value) {
  value = bytes;
}

void Get(std::string_view bytes, Currency& value) {
  const std::optional<Currency> currency = Currency::Parse(bytes);
  if (!currency && bytes != Currency().code()) throw std::runtime_error("a value is not a currency code");
  value = currency.value_or(Currency());
}

void Get(std::string_view bytes, absl::Time& value) {
  const std::int64_t timestamp = GetInteger(bytes);
  if (timestamp == kInfinity) {
    value = absl::InfiniteFuture();
  } else if (timestamp == kMinusInfinity) {
    value = absl::InfinitePast();
  } else {
    value = absl::FromUnixMicros(timestamp + kEpochMicros);
  }
}

void Get(std::string_view bytes, std::map<std::string, std::string>& value) {
  ParseJsonb(bytes).get_to(value);
}

void Get(std::string_view bytes, std::vector<RefundLine>& value) {
  value.clear();
  // Earlier versions store no withheld amount.
  for (const auto& line : ParseJsonb(bytes).get<std::vector<std::vector<std::int64_t>>>()) {
    value.push_back({line.at(0), line.at(1), line.at(2), line.size() > 3 ? line[3] : 0});
  }
}

}  // namespace keelson
