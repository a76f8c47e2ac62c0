#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "core/common/context.h"
#include "core/store/store.h"

namespace keelson {

// Exports the data of one user as a JSON object with the members user, sessions, orders, refunds, messages
// and events, without password hashes and tokens (entity_json.h). All of it is read in one transaction.
class ExportUser {
 public:
  // Maximum size of the document in bytes.
  static constexpr std::size_t kMaxBytes = std::size_t{16} << 20;

  explicit ExportUser(Store& store, std::size_t max_bytes = kMaxBytes)
      : store_(store), max_bytes_(max_bytes) {}
  // Errors: FIELD_INVALID, USER_NOT_FOUND, EXPORT_TOO_LARGE.
  absl::StatusOr<std::string> Handle(const CallContext& context, const std::string& id);

 private:
  Store& store_;
  const std::size_t max_bytes_;
};

}  // namespace keelson
