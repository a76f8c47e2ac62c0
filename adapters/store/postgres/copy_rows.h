#pragma once

#include <string>
#include <string_view>

#include "adapters/store/postgres/values.h"
#include "adapters/store/sql_columns/columns.h"

namespace keelson {

// Rows in the form that COPY … (FORMAT binary) takes.
class PgCopyRows {
 public:
  // The columns in the COPY's order, each as its column's type.
  template <typename... Ts>
  void Add(const Ts&... columns) {
    PgEncoder(bytes_).PutRow(columns...);
  }
  // `first`, and then the columns of kColumnNames<Row>.
  template <HasFields Row, typename... Ts>
  void AddRow(const Row& row, const Ts&... first) {
    WithColumns(row, [&](const auto&... columns) { Add(first..., columns...); });
  }
  // All that were added; the last call.
  std::string_view Finish() { return bytes_ += "\xff\xff"; }

 private:
  // The signature, no flags, no extension.
  std::string bytes_ = std::string("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", 19);
};

}  // namespace keelson
