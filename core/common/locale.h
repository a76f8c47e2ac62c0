#pragma once

#include <string_view>

#include "core/common/error.h"

namespace keelson {

inline constexpr std::string_view kDefaultLocale = "en";

// Adds a violation unless `tag` has the form of a BCP 47 language tag, such as "de" or "pt-BR".
void CheckLocale(std::string_view field, std::string_view tag, FieldErrors& errors);

}  // namespace keelson
