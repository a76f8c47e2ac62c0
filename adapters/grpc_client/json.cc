#include "adapters/grpc_client/json.h"

#include <optional>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/common/nearest.h"
#include "core/common/strings.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"

namespace keelson {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
namespace util = google::protobuf::util;

struct UnknownField {
  // Path of the message with the unknown field, such as "lines[0].unit_price"; empty: the request itself.
  std::string_view path;
  std::string_view name;
};

// Parses Protobuf's error message "(lines[0]) skuu: Cannot find field."; returns nothing for any other error.
std::optional<UnknownField> ReadUnknownField(std::string_view error) {
  constexpr std::string_view kEnd = ": Cannot find field.";
  if (!error.ends_with(kEnd)) return std::nullopt;
  error.remove_suffix(kEnd.size());
  const std::size_t end = error.rfind(") ");
  if (!error.starts_with('(') || end == std::string_view::npos) return UnknownField{"", error};
  return UnknownField{error.substr(1, end - 1), error.substr(end + 2)};
}

// Returns the type of the message at `path`; null if there is no message at the path.
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

struct InvalidValue {
  // Path of the field, such as "lines[0].quantity".
  std::string_view path;
  std::string_view value;
  // The name of a scalar type, such as "TYPE_INT64", or the URL of an enum or message type.
  std::string_view type;
};

// Parses Protobuf's error message "(lines[0].quantity): invalid value "many" for type TYPE_INT64"; returns
// nothing for any other error.
std::optional<InvalidValue> ReadInvalidValue(std::string_view error) {
  constexpr std::string_view kValue = "): invalid value ";
  constexpr std::string_view kType = " for type ";
  const std::size_t value = error.find(kValue);
  const std::size_t type = error.rfind(kType);
  if (!error.starts_with('(') || value == std::string_view::npos || type == std::string_view::npos ||
      type < value + kValue.size()) {
    return std::nullopt;
  }
  const std::size_t begin = value + kValue.size();
  return InvalidValue{error.substr(1, value - 1), error.substr(begin, type - begin),
                      error.substr(type + kType.size())};
}

// Returns "int64", "object" for a message or a map, or an enum with its values: "RefundReason
// (REFUND_REASON_DEFECTIVE, …)".
std::string ExpectedType(std::string_view type) {
  constexpr std::string_view kScalar = "TYPE_";
  if (type.starts_with(kScalar)) return absl::AsciiStrToLower(ToAbsl(type.substr(kScalar.size())));
  const std::string full_name(type.substr(type.rfind('/') + 1));
  const EnumDescriptor* enumeration = DescriptorPool::generated_pool()->FindEnumTypeByName(full_name);
  if (enumeration == nullptr) return full_name.starts_with("google.protobuf.") ? full_name : "object";
  std::vector<std::string> values;
  for (int i = 0; i < enumeration->value_count(); ++i) values.push_back(enumeration->value(i)->name());
  return StrCat(enumeration->name(), " (", absl::StrJoin(values, ", "), ")");
}

std::string Explain(const InvalidValue& invalid) {
  // For a well-known type, Protobuf's error message contains an explanation instead of the value.
  constexpr std::string_view kExplained = "', ";
  const std::size_t explained =
      invalid.value.starts_with("Field '") ? invalid.value.find(kExplained) : std::string_view::npos;
  const std::string problem = explained == std::string_view::npos
                                  ? StrCat(" has the invalid value ", invalid.value)
                                  : StrCat(": ", invalid.value.substr(explained + kExplained.size()));
  return StrCat(invalid.path, problem, "; expected ", ExpectedType(invalid.type));
}

std::string Explain(const Descriptor& request, std::string_view error) {
  if (const auto unknown = ReadUnknownField(error)) return Explain(request, *unknown);
  if (const auto invalid = ReadInvalidValue(error)) return Explain(*invalid);
  // For an error at the end of the JSON text, Protobuf's message quotes an empty line.
  constexpr std::string_view kEmptyContext = "\n\n^";
  if (error.ends_with(kEmptyContext)) error.remove_suffix(kEmptyContext.size());
  return std::string(error);
}

// Protobuf escapes "<" and ">" for use in HTML, which makes templates hard to read in a terminal.
std::string WithoutHtmlEscapes(std::string_view json) {
  std::string text;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] != '\\') {
      text.push_back(json[i]);
    } else if (const std::string_view escape = json.substr(i, 6);
               escape == "\\u003c" || escape == "\\u003e") {
      text.push_back(escape.back() == 'c' ? '<' : '>');
      i += escape.size() - 1;
    } else {
      text += json.substr(i++, 2);
    }
  }
  return text;
}

}  // namespace

absl::Status ParseJson(const std::string& json, google::protobuf::Message& request) {
  const util::Status status = util::JsonStringToMessage(json, &request);
  if (status.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      StrCat("JSON: ", Explain(*request.GetDescriptor(), std::string(status.message()))));
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
  return WithoutHtmlEscapes(json);
}

}  // namespace keelson
