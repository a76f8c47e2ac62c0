#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/common/error.h"
#include "core/common/secret.h"

namespace keelson {

// Number of code points. NIST SP 800-63B-4 requires a maximum of at least 64.
inline constexpr std::size_t kMaxPasswordLength = 256;

// Returns the password in the form that is hashed. That form is Nfkc(password) and does not depend on the
// rules for new passwords, so that a change of the rules keeps every stored hash valid. Returns nullopt and
// adds a violation if the password is not valid UTF-8, or longer than kMaxPasswordLength.
std::optional<Secret> NormalizePassword(std::string_view field, const Secret& password, FieldErrors& errors);

// Like NormalizePassword, for a new password. Also adds a violation if the password breaks a rule (NIST SP
// 800-63B-4, 3.1.1.2):
//  - The password has from `min_length` to kMaxPasswordLength code points after normalization.
//  - The password has a character other than white space and invisible characters.
//  - VisibleText(password) is not on the list of common passwords.
std::optional<Secret> CheckPassword(std::string_view field, const Secret& password, int min_length,
                                    FieldErrors& errors);

// Adds a violation if a new password is the user's own address, its part before the "@", or the user's name,
// ignoring case, invisible characters and surrounding white space. `password` is the form that is hashed.
void CheckNotOwnName(std::string_view field, const Secret& password, std::string_view email,
                     std::string_view display_name, FieldErrors& errors);

// Whether the list of common passwords contains the password, ignoring case.
bool IsCommonPassword(std::string_view password);

}  // namespace keelson
