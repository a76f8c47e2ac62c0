// Validation of the fields that RegisterUser and UpdateUser share. The functions add a violation of `field`
// for an invalid value, and return the value in the form that is stored.
#pragma once

#include <string>
#include <string_view>

#include "core/common/error.h"

namespace keelson {

// At most 200 characters on one line. Returns the name without white space at both ends.
std::string CheckDisplayName(std::string_view field, std::string_view name, FieldErrors& errors);
// A BCP 47 language tag. Returns kDefaultLocale for an empty tag.
std::string CheckUserLocale(std::string_view field, std::string_view tag, FieldErrors& errors);

}  // namespace keelson
