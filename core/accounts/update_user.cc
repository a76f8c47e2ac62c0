#include "core/accounts/update_user.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "absl/strings/str_join.h"
#include "core/accounts/profile.h"
#include "core/accounts/user_change.h"
#include "core/common/serialize.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/common/text.h"

namespace keelson {
namespace {

constexpr std::array<std::string_view, 3> kUpdatePaths = {"display_name", "locale", "labels"};

std::string ContentOf(const UpdateUserCommand& command) {
  FieldWriter content;
  content(command.display_name), content(command.locale), content(command.labels);
  content(command.update_mask);
  return content.Take();
}

void CheckUpdateMask(const std::vector<std::string>& mask, FieldErrors& errors) {
  const bool known = std::all_of(mask.begin(), mask.end(), [](const std::string& path) {
    return std::find(kUpdatePaths.begin(), kUpdatePaths.end(), path) != kUpdatePaths.end();
  });
  if (mask.empty() || !known) {
    errors.Add("update_mask",
               "must have one or more of the paths display_name, locale and labels, and no other");
  }
}

// Checks the fields that the mask names.
ProfileUpdate CheckUpdate(const UpdateUserCommand& command, FieldErrors& errors) {
  const std::vector<std::string>& mask = command.update_mask;
  const auto names = [&](std::string_view path) {
    return std::find(mask.begin(), mask.end(), path) != mask.end();
  };
  CheckUpdateMask(mask, errors);
  ProfileUpdate update;
  if (names("display_name")) {
    update.display_name = CheckDisplayName("user.display_name", command.display_name, errors);
  }
  if (names("locale")) update.locale = CheckUserLocale("user.locale", command.locale, errors);
  if (names("labels")) {
    CheckLabels("user.labels", command.labels, errors);
    update.labels = command.labels;
  }
  return update;
}

}  // namespace

absl::StatusOr<User> UpdateUser::Handle(const CallContext& context, const UpdateUserCommand& command) {
  FieldErrors errors;
  const ProfileUpdate update = CheckUpdate(command, errors);
  const absl::Time now = clock_.Now();
  return ChangeUser(
      store_, context,
      {"UpdateUser", command.request_id, "user.id", command.id, command.etag, ContentOf(command),
       "user.updated"},
      std::move(errors), now, [&](WriteTransaction&, User& user, EventPayload& payload) -> absl::Status {
        ASSIGN_OR_RETURN(const std::vector<std::string_view> changed, user.UpdateProfile(update, now));
        payload.Add("fields", absl::StrJoin(changed, ",", [](std::string* out, std::string_view name) {
                      out->append(name);
                    }));
        return absl::OkStatus();
      });
}

}  // namespace keelson
