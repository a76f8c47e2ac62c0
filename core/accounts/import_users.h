#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/accounts/password_hasher.h"
#include "core/accounts/user.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/common/error.h"
#include "core/common/id.h"
#include "core/common/import_failure.h"
#include "core/common/text.h"
#include "core/store/store.h"

namespace keelson {

// An account of another system.
struct UserRecord {
  std::string email;
  // A hash that PasswordHasher::CheckHash accepts; empty: the user has no password.
  std::string password_hash;
  std::string display_name;
  // BCP 47; empty means "en".
  std::string locale;
  bool email_verified = false;
  Labels labels;
  // When the other system created the account; nullopt: now.
  std::optional<absl::Time> create_time;
  // Violations that the transport found. They are reported with the violations that Handle finds.
  FieldErrors errors;
};

struct ImportResult {
  std::int64_t imported = 0;
  // In the order of the records: FIELD_INVALID with every invalid field, or EMAIL_TAKEN.
  std::vector<ImportFailure> failures;
};

// Creates the accounts of one batch in one transaction. Sends no e-mail and computes no password hash.
class ImportUsers {
 public:
  ImportUsers(Store& store, PasswordHasher& hasher, Clock& clock, IdGenerator& ids)
      : store_(store), hasher_(hasher), clock_(clock), ids_(ids) {}

  // Leaves out the records that are invalid, whose address an account holds, or whose address an earlier
  // record of the batch has. Blocks on the store. Returns only the errors of the store: then nothing was
  // imported.
  absl::StatusOr<ImportResult> Handle(const CallContext& context, std::vector<UserRecord> records);

 private:
  struct ValidRecord;
  absl::StatusOr<ValidRecord> Check(UserRecord record, absl::Time now);

  Store& store_;
  PasswordHasher& hasher_;
  Clock& clock_;
  IdGenerator& ids_;
};

}  // namespace keelson
