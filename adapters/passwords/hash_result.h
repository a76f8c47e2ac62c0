#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace keelson {

// RESOURCE_EXHAUSTED (OVERLOADED): the system has not enough memory for a hash.
absl::Status OutOfHashMemory();

// Whether both hashes are equal. Takes constant time for hashes of one length, and erases `computed`.
bool MatchAndErase(std::string& computed, std::string_view stored);

}  // namespace keelson
