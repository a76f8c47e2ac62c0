// A compact binary serialization of plain structs, for the responses and fingerprints of idempotent calls,
// and for the input of event hashes.
//
// A struct can be serialized if it has a table of its fields (fields.h), or a function in its namespace:
//   template <typename Visitor> void VisitFields(Visitor& a, Point& p) { a(p.x); a(p.y); }
//
// New fields must be appended: a reader sets missing trailing fields to their defaults and skips unknown
// trailing fields, so that adjacent versions read each other's responses.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "core/common/id.h"
#include "core/common/money.h"

namespace keelson {

class FieldWriter {
 public:
  template <typename T>
  void operator()(const T& value) {
    Write(value);
  }
  std::string Take() { return std::move(bytes_); }

 private:
  void WriteInteger(std::uint64_t value);
  void WriteBytes(std::string_view bytes);

  void Write(const std::string& value) { WriteBytes(value); }
  void Write(Currency value) { WriteBytes(value.code()); }
  void Write(absl::Time value) { WriteInteger(static_cast<std::uint64_t>(absl::ToUnixMicros(value))); }
  void Write(absl::Duration value) {
    WriteInteger(static_cast<std::uint64_t>(absl::ToInt64Microseconds(value)));
  }
  template <typename Kind>
  void Write(const Id<Kind>& value) {
    Write(value.uuid());
  }
  template <std::size_t size>
  void Write(const std::array<std::uint8_t, size>& value) {
    WriteBytes({reinterpret_cast<const char*>(value.data()), size});
  }
  template <typename T>
  void Write(const std::optional<T>& value) {
    Write(value.has_value());
    if (value) Write(*value);
  }
  template <typename T>
  void Write(const std::vector<T>& values) {
    WriteInteger(values.size());
    for (const T& value : values) Write(value);
  }
  void Write(const std::map<std::string, std::string>& values) {
    WriteInteger(values.size());
    for (const auto& [key, value] : values) {
      WriteBytes(key);
      WriteBytes(value);
    }
  }
  template <typename T>
  void Write(const T& value) {
    if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
      WriteInteger(static_cast<std::uint64_t>(value));
    } else {
      FieldWriter nested;
      // VisitFields takes a mutable struct, but the writer does not change it.
      VisitFields(nested, const_cast<T&>(value));
      WriteBytes(nested.bytes_);
    }
  }

  std::string bytes_;
};

class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : rest_(bytes) {}

  template <typename T>
  void operator()(T& value) {
    if (ok_ && !rest_.empty()) Read(value);
  }
  // False if the bytes read so far are invalid.
  bool ok() const { return ok_; }

 private:
  std::uint64_t ReadInteger();
  std::string_view ReadBytes();

  void Read(std::string& value) { value = ReadBytes(); }
  void Read(Currency& value);
  void Read(absl::Time& value) { value = absl::FromUnixMicros(static_cast<std::int64_t>(ReadInteger())); }
  void Read(absl::Duration& value) { value = absl::Microseconds(static_cast<std::int64_t>(ReadInteger())); }
  template <typename Kind>
  void Read(Id<Kind>& value) {
    Uuid uuid{};
    Read(uuid);
    value = Id<Kind>(uuid);
  }
  template <std::size_t size>
  void Read(std::array<std::uint8_t, size>& value) {
    const std::string_view bytes = ReadBytes();
    if (bytes.size() != size) return Fail();
    bytes.copy(reinterpret_cast<char*>(value.data()), size);
  }
  template <typename T>
  void Read(std::optional<T>& value) {
    if (ReadInteger() == 0) return value.reset();
    value.emplace();
    Read(*value);
  }
  template <typename T>
  void Read(std::vector<T>& values);
  void Read(std::map<std::string, std::string>& values);
  template <typename T>
  void Read(T& value) {
    if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
      value = static_cast<T>(ReadInteger());
    } else {
      FieldReader nested(ReadBytes());
      VisitFields(nested, value);
      ok_ = ok_ && nested.ok_;
    }
  }
  void Fail() { ok_ = false; }

  std::string_view rest_;
  bool ok_ = true;
};

template <typename T>
void FieldReader::Read(std::vector<T>& values) {
  const std::uint64_t count = ReadInteger();
  if (count > rest_.size()) return Fail();  // an element takes at least one byte
  values.resize(static_cast<std::size_t>(count));
  for (T& value : values) (*this)(value);
}

template <typename T>
std::string Serialize(const T& value) {
  FieldWriter writer;
  writer(value);
  return writer.Take();
}

template <typename T>
std::optional<T> Deserialize(std::string_view bytes) {
  T value{};
  FieldReader reader(bytes);
  reader(value);
  return reader.ok() ? std::optional<T>(std::move(value)) : std::nullopt;
}

}  // namespace keelson
