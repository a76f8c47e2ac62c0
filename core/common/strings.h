// Conversions to absl::string_view, which is not std::string_view in Debian's Abseil (built for C++14).
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace keelson {

inline absl::string_view ToAbsl(std::string_view text) {
  return {text.data(), text.size()};
}

namespace internal {

template <typename T>
decltype(auto) StrCatArgument(const T& value) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    return ToAbsl(value);
  } else {
    return (value);
  }
}

}  // namespace internal

// Like absl::StrCat, but also takes std::string_view.
template <typename... Parts>
std::string StrCat(const Parts&... parts) {
  return absl::StrCat(internal::StrCatArgument(parts)...);
}

}  // namespace keelson
