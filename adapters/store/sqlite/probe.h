#pragma once

#include "adapters/store/sqlite/query.h"

namespace keelson {

// Tests whether the database accepts writes again after a failure, for example on a full disk. Rewrites one
// row that is larger than a batch of units of work, so that the test fails as long as there is not enough
// space for a batch.
class SqliteProbe {
 public:
  explicit SqliteProbe(Connection& connection);
  absl::Status Write();

 private:
  Connection& connection_;
  Query write_;
};

}  // namespace keelson
