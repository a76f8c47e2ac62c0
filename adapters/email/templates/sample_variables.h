#pragma once

#include <string_view>

#include "adapters/email/templates/message_spec.h"
#include "core/notifications/message.h"

namespace keelson {

// The token of every sample: in no store, and the same in a link as by itself.
inline constexpr std::string_view kSampleToken = "SAMPLE-3kQ9vT7xLmZ2pYb8RfWc5HdNs1JgUa6EoX4i0KtVqBe";

// A value for each variable that the core gives this message, as a person might have it.
TemplateVariables SampleVariables(const MessageSpec& spec);

}  // namespace keelson
