#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace keelson {

// Writes a JSON text (RFC 8259) in canonical form: members in the order of the calls, without white space.
// The calls must form one valid JSON value.
class JsonWriter {
 public:
  void BeginObject() { Begin('{'); }
  void EndObject() { End('}'); }
  void BeginArray() { Begin('['); }
  void EndArray() { End(']'); }
  // The name of the next value, in an object.
  void Key(std::string_view name);
  void String(std::string_view text);
  void Number(std::int64_t number);
  void Bool(bool value);
  // A value that is a JSON text already.
  void Raw(std::string_view json);

  std::size_t size() const { return json_.size(); }
  std::string Take() { return std::move(json_); }

 private:
  void Begin(char bracket);
  void End(char bracket);
  void Separate();
  void AppendString(std::string_view text);

  std::string json_;
  // Whether a comma must precede the next element.
  bool follows_ = false;
};

}  // namespace keelson
