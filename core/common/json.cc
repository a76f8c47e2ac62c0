#include "core/common/json.h"

#include "core/common/strings.h"

namespace keelson {

void JsonWriter::Key(std::string_view name) {
  Separate();
  AppendString(name);
  json_.push_back(':');
  follows_ = false;
}

void JsonWriter::String(std::string_view text) {
  Separate();
  AppendString(text);
}

void JsonWriter::Number(std::int64_t number) {
  Raw(StrCat(number));
}

void JsonWriter::Bool(bool value) {
  Raw(value ? "true" : "false");
}

void JsonWriter::Raw(std::string_view json) {
  Separate();
  json_ += json;
}

void JsonWriter::Begin(char bracket) {
  Separate();
  json_.push_back(bracket);
  follows_ = false;
}

void JsonWriter::End(char bracket) {
  json_.push_back(bracket);
  follows_ = true;
}

void JsonWriter::Separate() {
  if (std::exchange(follows_, true)) json_.push_back(',');
}

// RFC 8259, section 7.
void JsonWriter::AppendString(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  json_.push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      json_.push_back('\\');
      json_.push_back(c);
    } else if (byte < 0x20) {
      json_.append("\\u00");
      json_.push_back(kHex[byte >> 4]);
      json_.push_back(kHex[byte & 15]);
    } else {
      json_.push_back(c);
    }
  }
  json_.push_back('"');
}

}  // namespace keelson
