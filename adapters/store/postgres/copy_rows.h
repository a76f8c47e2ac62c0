#pragma once

#include <string>
#include <string_view>

#include "adapters/store/postgres/values.h"
#include "adapters/store/sql_columns/columns.h"

namespace keelson {

// Encodes rows in the format of COPY … FROM STDIN (FORMAT binary).
class PgCopyRows {
 public:
  // Adds a row. The columns must have the order and types of the COPY statement's columns.
  template <typename... Ts>
  void Add(const Ts&... columns) {
    PgEncoder(bytes_).PutRow(columns...);
  }
  // Adds a row of `first`, followed by the columns of kColumnNames<Row>.
  template <HasFields Row, typename... Ts>
  void AddRow(const Row& row, const Ts&... first) {
    WithColumns(row, [&](const auto&... columns) { Add(first..., columns...); });
  }
  // Returns all rows with the end marker. Must be the last call.
  std::string_view Finish() { return bytes_ += "\xff\xff"; }

 private:
  // The header: the signature, flags 0, and an empty header extension.
  std::string bytes_ = std::string("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", 19);
};

}  // namespace keelson
