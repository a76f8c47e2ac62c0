#include "adapters/grpc_client/json.h"

#include <optional>
#include <string_view>
#include <vector>

#include "absl/strings/str_split.h"
#include "core/common/nearest.h"
#include "core/common/strings.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"

namespace keelson {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
namespace util = google::protobuf::util;

struct UnknownField {
  // Of the message with the field, such as "lines[0].unit_price"; empty: the request.
  std::string_view path;
  std::string_view name;
};

// Reads Protobuf's message "(lines[0]) skuu: Cannot find field."; nothing for another error.
std::optional<UnknownField> ReadUnknownField(std::string_view error) {
  constexpr std::string_view kEnd = ": Cannot find field.";
  if (!error.ends_with(kEnd)) return std::nullopt;
  error.remove_suffix(kEnd.size());
  const std::size_t end = error.rfind(") ");
  if (!error.starts_with('(') || end == std::string_view::npos) return UnknownField{"", error};
  return UnknownField{error.substr(1, end - 1), error.substr(end + 2)};
}

// The type of the message at `path`; null if the path does not lead to a message.
const Descriptor* TypeAt(const Descriptor* type, std::string_view path) {
  if (path.empty()) return type;
  for (const absl::string_view step : absl::StrSplit(ToAbsl(path), '.')) {
    const std::string name(step.substr(0, step.find('[')));
    const FieldDescriptor* field = type->FindFieldByName(name);
    if (field == nullptr) field = type->FindFieldByCamelcaseName(name);
    type = field == nullptr ? nullptr : field->message_type();
    if (type != nullptr && field->is_map()) type = type->map_value()->message_type();
    if (type == nullptr) return nullptr;
  }
  return type;
}

std::string Explain(const Descriptor& request, const UnknownField& unknown) {
  const std::string place = unknown.path.empty() ? request.name() : std::string(unknown.path);
  std::vector<std::string> known;
  if (const Descriptor* type = TypeAt(&request, unknown.path)) {
    for (int i = 0; i < type->field_count(); ++i) {
      known.push_back(type->field(i)->name());
      known.push_back(type->field(i)->json_name());
    }
  }
  const std::string nearest = Nearest(unknown.name, known);
  return StrCat(place, " has no field ", unknown.name, nearest.empty() ? "" : "; did you mean ", nearest,
                nearest.empty() ? "" : "?");
}

}  // namespace

absl::Status ParseJson(const std::string& json, google::protobuf::Message& request) {
  const util::Status status = util::JsonStringToMessage(json, &request);
  if (status.ok()) return absl::OkStatus();
  const std::string error(status.message());
  const std::optional<UnknownField> unknown = ReadUnknownField(error);
  return absl::InvalidArgumentError(
      StrCat("JSON: ", unknown ? Explain(*request.GetDescriptor(), *unknown) : error));
}

std::string FormatJson(const google::protobuf::Message& response) {
  util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string narrow;
  if (!util::MessageToJsonString(response, &narrow, options).ok()) return response.DebugString();
  // Protobuf indents by one space. A string value holds no line break, because JSON escapes it.
  std::string json;
  for (const absl::string_view line : absl::StrSplit(narrow, '\n', absl::SkipEmpty())) {
    const std::size_t indent = line.find_first_not_of(' ');
    json += StrCat(std::string(indent, ' '), line, "\n");
  }
  return json;
}

}  // namespace keelson
