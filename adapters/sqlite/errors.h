#pragma once

#include <exception>
#include <string>

#include "absl/status/status.h"

namespace keelson {

// UNAVAILABLE (STORE_UNAVAILABLE): "the database PATH CAUSE", `cause` being a predicate.
absl::Status DatabaseUnavailable(const std::string& path, const std::string& cause);

// What an exception of the library, or any other, means to the store's callers: a taken address or
// reference, UNAVAILABLE where the file can't be used, else INTERNAL. Never holds a row's content.
absl::Status FromException(const std::string& path, const std::exception& error);

// The same for a result code of the C interface.
absl::Status FromResultCode(const std::string& path, int extended_code);

}  // namespace keelson
