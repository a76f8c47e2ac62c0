// Binds values of the core to statement parameters, and reads them from columns.
#pragma once

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "absl/time/time.h"
#include "adapters/store/sql_columns/columns.h"
#include "core/common/id.h"
#include "core/common/money.h"
#include "core/refunds/refund.h"

namespace keelson {

// Whether SQLite copies the bytes of a parameter. Borrowed bytes must stay valid until the statement has run.
enum class Bytes { kCopied, kBorrowed };

inline void BindBlob(SQLite::Statement& statement, int index, const void* data, std::size_t size,
                     Bytes bytes) {
  if (bytes == Bytes::kCopied) {
    statement.bind(index, data, static_cast<int>(size));
  } else {
    statement.bindNoCopy(index, data, static_cast<int>(size));
  }
}

inline void Bind(SQLite::Statement& statement, int index, const std::string& value, Bytes bytes) {
  if (bytes == Bytes::kCopied) {
    statement.bind(index, value);
  } else {
    statement.bindNoCopy(index, value);
  }
}
inline void Bind(SQLite::Statement& statement, int index, std::string_view value, Bytes) {
  statement.bind(index, std::string(value));
}
inline void Bind(SQLite::Statement& statement, int index, BytesView value, Bytes bytes) {
  BindBlob(statement, index, value.bytes.data(), value.bytes.size(), bytes);
}
inline void Bind(SQLite::Statement& statement, int index, JsonView value, Bytes bytes) {
  Bind(statement, index, *value.text, bytes);
}
inline void Bind(SQLite::Statement& statement, int index, Currency value, Bytes) {
  statement.bind(index, std::string(value.code()));
}
inline void Bind(SQLite::Statement& statement, int index, absl::Time value, Bytes) {
  statement.bind(index, static_cast<std::int64_t>(absl::ToUnixMicros(value)));
}
template <typename T>
requires std::is_integral_v<T> || std::is_enum_v<T>
void Bind(SQLite::Statement& statement, int index, T value, Bytes) {
  statement.bind(index, static_cast<std::int64_t>(value));
}
template <std::size_t N>
void Bind(SQLite::Statement& statement, int index, const std::array<std::uint8_t, N>& value, Bytes bytes) {
  BindBlob(statement, index, value.data(), N, bytes);
}
template <typename Kind>
void Bind(SQLite::Statement& statement, int index, const Id<Kind>& value, Bytes bytes) {
  Bind(statement, index, value.uuid(), bytes);
}
template <typename T>
void Bind(SQLite::Statement& statement, int index, const std::optional<T>& value, Bytes bytes) {
  if (value) {
    Bind(statement, index, *value, bytes);
  } else {
    statement.bind(index);
  }
}
// Binds JSON; NULL if the container is empty.
void Bind(SQLite::Statement& statement, int index, const std::map<std::string, std::string>& value,
          Bytes bytes);
void Bind(SQLite::Statement& statement, int index, const std::vector<RefundLine>& value, Bytes bytes);

// Every ReadColumn throws std::runtime_error if the column holds a value of another type or format.
void ReadBytes(const SQLite::Column& column, void* data, std::size_t size);
void ReadColumn(const SQLite::Column& column, std::string& value);
void ReadColumn(const SQLite::Column& column, Currency& value);
// The greatest and the smallest integer are InfiniteFuture and InfinitePast.
void ReadColumn(const SQLite::Column& column, absl::Time& value);
void ReadColumn(const SQLite::Column& column, std::map<std::string, std::string>& value);
void ReadColumn(const SQLite::Column& column, std::vector<RefundLine>& value);
template <typename T>
requires std::is_integral_v<T> || std::is_enum_v<T>
void ReadColumn(const SQLite::Column& column, T& value) {
  value = static_cast<T>(column.getInt64());
}
template <std::size_t N>
void ReadColumn(const SQLite::Column& column, std::array<std::uint8_t, N>& value) {
  ReadBytes(column, value.data(), N);
}
template <typename Kind>
void ReadColumn(const SQLite::Column& column, Id<Kind>& value) {
  Uuid uuid{};
  ReadColumn(column, uuid);
  value = Id<Kind>(uuid);
}
template <typename T>
void ReadColumn(const SQLite::Column& column, std::optional<T>& value) {
  if (column.isNull()) return value.reset();
  ReadColumn(column, value.emplace());
}

}  // namespace keelson
