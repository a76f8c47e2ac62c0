#include "core/common/serialize.h"

namespace keelson {

// Unsigned LEB128: seven bits per byte, least significant group first.
void FieldWriter::WriteInteger(std::uint64_t value) {
  while (value >= 0x80) {
    bytes_.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  bytes_.push_back(static_cast<char>(value));
}

void FieldWriter::WriteBytes(std::string_view bytes) {
  WriteInteger(bytes.size());
  bytes_.append(bytes);
}

std::uint64_t FieldReader::ReadInteger() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  Fail();
  return 0;
}

std::string_view FieldReader::ReadBytes() {
  const std::uint64_t size = ReadInteger();
  if (size > rest_.size()) {
    Fail();
    return {};
  }
  const std::string_view bytes = rest_.substr(0, static_cast<std::size_t>(size));
  rest_.remove_prefix(bytes.size());
  return bytes;
}

void FieldReader::Read(Currency& value) {
  const std::optional<Currency> currency = Currency::Parse(ReadBytes());
  if (!currency) return Fail();
  value = *currency;
}

void FieldReader::Read(std::map<std::string, std::string>& values) {
  const std::uint64_t count = ReadInteger();
  for (std::uint64_t i = 0; i < count && ok_; ++i) {
    std::string key(ReadBytes());
    values[std::move(key)] = ReadBytes();
  }
}

}  // namespace keelson
