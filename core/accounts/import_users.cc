#include "core/accounts/import_users.h"

#include <algorithm>
#include <utility>

#include "core/accounts/find_by_address.h"
#include "core/accounts/profile.h"
#include "core/accounts/user_repository.h"
#include "core/common/email_address.h"
#include "core/common/status_macros.h"
#include "core/events/event_repository.h"

namespace keelson {

struct ImportUsers::ValidRecord {
  std::size_t index = 0;
  EmailAddress email;
  // Whether an account of an earlier version may hold the address by another key.
  bool has_former_key = false;
  NewAccount account;
};

absl::StatusOr<ImportUsers::ValidRecord> ImportUsers::Check(UserRecord record, absl::Time now) {
  FieldErrors errors = std::move(record.errors);
  absl::StatusOr<EmailAddress> email = EmailAddress::Parse(record.email);
  if (!email.ok()) errors.Add("email", std::string(email.status().message()));
  std::optional<std::string> password_hash;
  if (!record.password_hash.empty()) {
    const absl::Status status = hasher_.CheckHash(record.password_hash);
    if (!status.ok()) errors.Add("password_hash", std::string(status.message()));
    password_hash = std::move(record.password_hash);
  }
  std::string display_name = CheckDisplayName("display_name", record.display_name, errors);
  std::string locale = CheckUserLocale("locale", record.locale, errors);
  CheckLabels("labels", record.labels, errors);
  const absl::Time create_time = record.create_time.value_or(now);
  if (create_time > now) errors.Add("create_time", "must not be in the future");
  if (!errors.empty()) return errors.ToStatus();

  User user = User::Import(ids_.Next<UserKind>(), *email, std::move(display_name), std::move(locale),
                           std::move(record.labels), record.email_verified, create_time, now);
  const bool has_former_key = email->former_key() != email->key();
  return ValidRecord{.email = *std::move(email),
                     .has_former_key = has_former_key,
                     .account = {std::move(user), std::move(password_hash)}};
}

absl::StatusOr<ImportResult> ImportUsers::Handle(const CallContext& context,
                                                 std::vector<UserRecord> records) {
  const absl::Time now = clock_.Now();
  ImportResult result;
  std::vector<ValidRecord> valid;
  for (std::size_t i = 0; i < records.size(); ++i) {
    absl::StatusOr<ValidRecord> record = Check(std::move(records[i]), now);
    if (record.ok()) {
      valid.push_back(*std::move(record));
      valid.back().index = i;
    } else {
      result.failures.push_back({i, record.status()});
    }
  }

  std::vector<bool> imported(valid.size());
  const auto import = [&](WriteTransaction& tx) -> absl::Status {
    std::vector<NewAccount> accounts;
    std::vector<std::size_t> positions;
    for (std::size_t i = 0; i < valid.size(); ++i) {
      if (valid[i].has_former_key) {
        ASSIGN_OR_RETURN(const std::optional<User> holder,
                         FindByAddressForUpdate(tx.users(), valid[i].email));
        if (holder) continue;
      }
      accounts.push_back(valid[i].account);
      positions.push_back(i);
    }
    ASSIGN_OR_RETURN(const std::vector<bool> inserted, tx.users().InsertMany(accounts));
    imported.assign(valid.size(), false);
    std::vector<Event> events;
    for (std::size_t i = 0; i < accounts.size(); ++i) {
      if (!inserted[i]) continue;
      const UserId id = accounts[i].user->id;
      imported[positions[i]] = true;
      events.push_back(MakeEvent("user.imported", id.ToString(), id, context, now));
    }
    return tx.events().AppendMany(events);
  };
  if (!valid.empty()) RETURN_IF_ERROR(store_.Write(context.deadline, import));

  for (std::size_t i = 0; i < valid.size(); ++i) {
    if (imported[i]) {
      ++result.imported;
    } else {
      result.failures.push_back({valid[i].index, EmailTaken()});
    }
  }
  std::sort(result.failures.begin(), result.failures.end(),
            [](const ImportFailure& a, const ImportFailure& b) { return a.index < b.index; });
  return result;
}

}  // namespace keelson
