#include "core/common/json.h"

#include <catch2/catch.hpp>
#include <limits>

namespace keelson {
namespace {

TEST_CASE("JSON values are separated by commas at every level, without white space") {
  JsonWriter json;
  json.BeginObject();
  json.Key("empty");
  json.BeginArray();
  json.EndArray();
  json.Key("list");
  json.BeginArray();
  json.Number(std::numeric_limits<std::int64_t>::min());
  json.BeginObject();
  json.EndObject();
  json.Bool(true);
  json.Bool(false);
  json.EndArray();
  json.Key("raw");
  json.Raw(R"({"a":1})");
  json.Key("text");
  json.String("x");
  json.EndObject();
  CHECK(json.Take() ==
        R"({"empty":[],"list":[-9223372036854775808,{},true,false],"raw":{"a":1},"text":"x"})");
}

TEST_CASE("JSON strings escape quotes, backslashes and control characters, and keep UTF-8") {
  JsonWriter json;
  json.String(std::string_view("a\"b\\c\n\x1f\0ü", 10));
  CHECK(json.Take() == R"("a\"b\\c\u000a\u001f\u0000ü")");
}

}  // namespace
}  // namespace keelson
