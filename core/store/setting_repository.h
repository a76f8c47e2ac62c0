#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/common/found.h"

namespace keelson {

// Small internal values of the service, such as the key of its page tokens.
class SettingRepository {
 public:
  virtual ~SettingRepository() = default;
  virtual Found<std::string> Find(std::string_view name) = 0;
  // Returns the value of the setting; inserts the setting with `value` if the setting does not exist.
  // Concurrent transactions get the same value.
  virtual absl::StatusOr<std::string> FindOrInsert(std::string_view name, std::string_view value) = 0;
};

}  // namespace keelson
