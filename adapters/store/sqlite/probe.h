#pragma once

#include "adapters/store/sqlite/query.h"

namespace keelson {

// A row that is rewritten to find out whether the store takes writes again: larger than a batch of units, so
// that it does not succeed where they would fail.
class SqliteProbe {
 public:
  explicit SqliteProbe(Connection& connection);
  absl::Status Write();

 private:
  Connection& connection_;
  Query write_;
};

}  // namespace keelson
