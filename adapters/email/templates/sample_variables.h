#pragma once

#include <string_view>

#include "adapters/email/templates/message_spec.h"
#include "core/notifications/message.h"

namespace keelson {

// The token in rendered samples. No store contains it, and percent-encoding does not change it.
inline constexpr std::string_view kSampleToken = "SAMPLE-3kQ9vT7xLmZ2pYb8RfWc5HdNs1JgUa6EoX4i0KtVqBe";

// Returns a realistic value for each variable that the core provides for this message.
TemplateVariables SampleVariables(const MessageSpec& spec);

}  // namespace keelson
