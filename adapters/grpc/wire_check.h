#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"

namespace keelson {

// Explains why `bytes` can't be parsed as a message of this type. Returns FIELD_INVALID with the path of each
// string that is not UTF-8 ("lines[2].title"), or without a path if the encoding of the message is invalid.
absl::Status ExplainUnparsable(const google::protobuf::Descriptor& type, std::string_view bytes);

}  // namespace keelson
