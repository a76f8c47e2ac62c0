#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"

namespace keelson {

// Says why `bytes` can't be parsed as a message of this type: FIELD_INVALID, naming each string that is not
// UTF-8 by its path ("lines[2].title"), or the message as a whole where it is no message at all.
absl::Status ExplainUnparsable(const google::protobuf::Descriptor& type, std::string_view bytes);

}  // namespace keelson
