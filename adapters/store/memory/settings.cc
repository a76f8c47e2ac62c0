#include "adapters/store/memory/settings.h"

#include "core/store/export/bulk.h"

namespace keelson {

Found<std::string> MemorySettings::Find(std::string_view name) {
  const std::string* value = values_.Find(std::string(name));
  return value ? std::optional<std::string>(*value) : std::nullopt;
}

absl::StatusOr<std::string> MemorySettings::FindOrInsert(std::string_view name, std::string_view value) {
  if (const std::string* found = values_.Find(std::string(name))) return *found;
  Put(name, value);
  return std::string(value);
}

absl::Status MemorySettings::Insert(std::string_view name, std::string_view value) {
  if (values_.Find(std::string(name)) != nullptr)
    return journal_.Fail(absl::InternalError("a setting with this name already exists"));
  Put(name, value);
  return absl::OkStatus();
}

std::vector<Setting> MemorySettings::ListAfter(std::string_view after, int limit) const {
  std::map<std::string, std::string> settings = values_.rows();
  settings.erase(std::string(kTransferCheckpoint));
  return keelson::ListAfter(settings, after.empty() ? std::nullopt : std::optional(std::string(after)), limit,
                            [](const std::string& name, const std::string& value) {
                              return Setting{name, value};
                            });
}

}  // namespace keelson
