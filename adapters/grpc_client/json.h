// Protobuf's JSON mapping of requests and responses.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace keelson {

// Fills `request` from JSON with snake_case or lowerCamelCase names. INVALID_ARGUMENT with the position in
// the JSON text or the path of the field; for an unknown field, also with the most similar field name.
absl::Status ParseJson(const std::string& json, google::protobuf::Message& request);

// Returns JSON that is indented by two spaces, with lowerCamelCase names and without default values.
std::string FormatJson(const google::protobuf::Message& response);

}  // namespace keelson
