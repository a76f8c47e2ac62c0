#pragma once

#include <string_view>

#include "adapters/email/templates/message_spec.h"
#include "core/notifications/message.h"

namespace keelson {

// The token in samples. It exists in no store, and percent-encoding leaves it unchanged.
inline constexpr std::string_view kSampleToken = "SAMPLE-3kQ9vT7xLmZ2pYb8RfWc5HdNs1JgUa6EoX4i0KtVqBe";

// A realistic value for each variable that the core provides for this message.
TemplateVariables SampleVariables(const MessageSpec& spec);

}  // namespace keelson
