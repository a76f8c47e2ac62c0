#include "adapters/grpc/wire_check.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/common/error.h"
#include "core/common/strings.h"
#include "core/common/text.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"

namespace keelson {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// Protobuf's own recursion limit.
constexpr int kMaxDepth = 100;
// Maximum number of reported violations.
constexpr int kMaxViolations = 100;

// Reads the next length-delimited value of `input`, a stream over `bytes`.
std::optional<std::string_view> ReadDelimited(CodedInputStream& input, std::string_view bytes) {
  std::uint32_t size = 0;
  if (!input.ReadVarint32(&size)) return std::nullopt;
  const std::size_t begin = static_cast<std::size_t>(input.CurrentPosition());
  if (size > bytes.size() - begin || !input.Skip(static_cast<int>(size))) return std::nullopt;
  return bytes.substr(begin, size);
}

// Calls `visit(field, value)` for each known length-delimited field. Returns false if the bytes are not a
// message or if `visit` returns false.
template <typename Visit>
bool ForEachDelimited(const Descriptor& type, std::string_view bytes, Visit visit) {
  CodedInputStream input(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  while (const std::uint32_t tag = input.ReadTag()) {
    const FieldDescriptor* field = type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
    const bool delimited = WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
    if (field == nullptr || !delimited) {
      if (!WireFormatLite::SkipField(&input, tag)) return false;
      continue;
    }
    const std::optional<std::string_view> value = ReadDelimited(input, bytes);
    if (!value || !visit(*field, *value)) return false;
  }
  return input.ConsumedEntireMessage();
}

class Utf8Walk {
 public:
  // Returns false if the bytes are not a message.
  bool Visit(const Descriptor& type, std::string_view bytes, const std::string& prefix, int depth) {
    if (depth > kMaxDepth) return false;
    std::map<int, int> seen;
    return ForEachDelimited(type, bytes, [&](const FieldDescriptor& field, std::string_view value) {
      return VisitField(field, value, prefix, seen[field.number()]++, depth);
    });
  }

  const FieldErrors& errors() const { return errors_; }

 private:
  bool VisitField(const FieldDescriptor& field, std::string_view value, const std::string& prefix, int index,
                  int depth) {
    const std::string path = StrCat(prefix, field.name());
    if (field.is_map()) return VisitEntry(*field.message_type(), value, path);
    const std::string element = field.is_repeated() ? absl::StrCat(path, "[", index, "]") : path;
    if (field.type() == FieldDescriptor::TYPE_STRING) CheckText(value, element);
    if (field.type() == FieldDescriptor::TYPE_MESSAGE) {
      return Visit(*field.message_type(), value, element + ".", depth + 1);
    }
    return true;
  }

  // On the wire, a map entry is a message with a key and a value. The path contains the key if the key is
  // valid UTF-8.
  bool VisitEntry(const Descriptor& entry, std::string_view bytes, const std::string& path) {
    std::string_view key;
    std::string_view value;
    const bool message =
        ForEachDelimited(entry, bytes, [&](const FieldDescriptor& field, std::string_view part) {
          if (field.type() == FieldDescriptor::TYPE_STRING) (field.number() == 1 ? key : value) = part;
          return true;
        });
    if (!IsValidUtf8(key)) {
      Add(path, "must have keys of valid UTF-8");
    } else {
      CheckText(value, StrCat(path, "[\"", key, "\"]"));
    }
    return message;
  }

  void CheckText(std::string_view text, const std::string& path) {
    if (!IsValidUtf8(text)) Add(path, "must be valid UTF-8");
  }

  void Add(const std::string& path, const char* description) {
    if (count_++ < kMaxViolations) errors_.Add(path, description);
  }

  FieldErrors errors_;
  int count_ = 0;
};

}  // namespace

absl::Status ExplainUnparsable(const Descriptor& type, std::string_view bytes) {
  Utf8Walk walk;
  if (walk.Visit(type, bytes, "", 0) && !walk.errors().empty()) return walk.errors().ToStatus();
  return MakeError(Reason::kFieldInvalid,
                   StrCat("the request can't be parsed as ", std::string_view(type.full_name())));
}

}  // namespace keelson
