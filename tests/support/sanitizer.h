#pragma once

#include "absl/base/config.h"

namespace keelson {

// Whether a sanitizer slows this program down, by up to fifteen times.
#if defined(ABSL_HAVE_ADDRESS_SANITIZER) || defined(ABSL_HAVE_THREAD_SANITIZER)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace keelson
