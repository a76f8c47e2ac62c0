#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/common/error.h"
#include "core/common/secret.h"

namespace keelson {

// NIST SP 800-63B-4 wants no less than 64 to be allowed.
inline constexpr std::size_t kMaxPasswordLength = 256;

// The password in the form that is hashed (NFKC), or nothing and a violation: 8 or more characters (code
// points, whichever they are), at most kMaxPasswordLength, and not among the most common ones.
std::optional<Secret> CheckPassword(std::string_view field, const Secret& password, int min_length,
                                    FieldErrors& errors);

// Whether the whole password, in whatever case, is one that guessers try first.
bool IsCommonPassword(std::string_view password);

}  // namespace keelson
