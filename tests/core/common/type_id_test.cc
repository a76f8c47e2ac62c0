#include <catch2/catch.hpp>

#include "core/common/id.h"

namespace keelson {
namespace {

Uuid FromHex(std::string_view hex) {
  Uuid uuid{};
  std::size_t digits = 0;
  for (const char c : hex) {
    if (c == '-') continue;
    const int value = c <= '9' ? c - '0' : c - 'a' + 10;
    uuid[digits / 2] = static_cast<std::uint8_t>(uuid[digits / 2] << 4 | value);
    ++digits;
  }
  return uuid;
}

struct Vector {
  std::string_view prefix;
  std::string_view text;
  std::string_view uuid;
};

// The valid test vectors of the TypeID specification.
constexpr Vector kVectors[] = {
    {"nil", "nil_00000000000000000000000000", "00000000-0000-0000-0000-000000000000"},
    {"one", "one_00000000000000000000000001", "00000000-0000-0000-0000-000000000001"},
    {"ten", "ten_0000000000000000000000000a", "00000000-0000-0000-0000-00000000000a"},
    {"sixteen", "sixteen_0000000000000000000000000g", "00000000-0000-0000-0000-000000000010"},
    {"thirtytwo", "thirtytwo_00000000000000000000000010", "00000000-0000-0000-0000-000000000020"},
    {"max", "max_7zzzzzzzzzzzzzzzzzzzzzzzzz", "ffffffff-ffff-ffff-ffff-ffffffffffff"},
    {"prefix", "prefix_0123456789abcdefghjkmnpqrs", "0110c853-1d09-52d8-d73e-1194e95b5f19"},
    {"prefix", "prefix_01h455vb4pex5vsknk084sn02q", "01890a5d-ac96-774b-bcce-b302099a8057"},
};

TEST_CASE("TypeIDs match the test vectors of the specification") {
  for (const Vector& vector : kVectors) {
    CAPTURE(vector.text);
    CHECK(FormatTypeId(vector.prefix, FromHex(vector.uuid)) == vector.text);
    CHECK(ParseTypeId(vector.prefix, vector.text) == FromHex(vector.uuid));
  }
}

TEST_CASE("UserId::Parse accepts only the canonical text form of a user id") {
  const std::string_view bad[] = {
      "",
      "user",
      "user_",
      "01h455vb4pex5vsknk084sn02q",
      "_01h455vb4pex5vsknk084sn02q",
      "order_01h455vb4pex5vsknk084sn02q",
      "userr01h455vb4pex5vsknk084sn02q",
      "user-01h455vb4pex5vsknk084sn02q",
      "USER_01h455vb4pex5vsknk084sn02q",
      "User_01h455vb4pex5vsknk084sn02q",
      "user_01H455VB4PEX5VSKNK084SN02Q",
      "user_01h455vb4pex5vsknk084sn02Q",
      "user_01h455vb4pex5vsknk084sn02",
      "user_01h455vb4pex5vsknk084sn02qq",
      " user_01h455vb4pex5vsknk084sn02q",
      "user_01h455vb4pex5vsknk084sn02q ",
      "user_01h455vb4pex5vsknk084sn02i",
      "user_01h455vb4pex5vsknk084sn02l",
      "user_01h455vb4pex5vsknk084sn02o",
      "user_01h455vb4pex5vsknk084sn02u",
      "user_01h455vb4pex5vsknk084sn0-q",
      "user_8zzzzzzzzzzzzzzzzzzzzzzzzz",
      "user_zzzzzzzzzzzzzzzzzzzzzzzzzz",
      "user_01890a5d-ac96-774b-bcce-b302",
  };
  for (const std::string_view text : bad) {
    CAPTURE(text);
    CHECK_FALSE(UserId::Parse(text).has_value());
  }
  CHECK_FALSE(UserId::Parse(std::string_view("user_01h455vb4pex5vsknk084sn0\0q", 31)).has_value());
  CHECK_FALSE(UserId::Parse("user_01h455vb4pex5vsknk084sn0\xff\xff").has_value());
  CHECK(UserId::Parse("user_01h455vb4pex5vsknk084sn02q").has_value());
}

TEST_CASE("The text form of an id begins with the prefix of its kind") {
  const Uuid uuid = FromHex("01890a5d-ac96-774b-bcce-b302099a8057");
  CHECK(UserId(uuid).ToString() == "user_01h455vb4pex5vsknk084sn02q");
  CHECK(OrderId(uuid).ToString() == "order_01h455vb4pex5vsknk084sn02q");
  CHECK(RefundId(uuid).ToString() == "refund_01h455vb4pex5vsknk084sn02q");
  CHECK(MessageId(uuid).ToString() == "message_01h455vb4pex5vsknk084sn02q");
  CHECK(UserId().is_nil());
  CHECK_FALSE(UserId(uuid).is_nil());
}

TEST_CASE("The text forms of ids sort like their bytes") {
  const Uuid uuids[] = {
      FromHex("00000000-0000-0000-0000-0000000000ff"), FromHex("01890a5d-ac96-774b-bcce-b302099a8057"),
      FromHex("01890a5d-ac97-774b-bcce-b302099a8057"), FromHex("f1890a5d-ac96-774b-bcce-b302099a8057")};
  for (std::size_t i = 1; i < std::size(uuids); ++i) {
    CHECK(UserId(uuids[i - 1]) < UserId(uuids[i]));
    CHECK(UserId(uuids[i - 1]).ToString() < UserId(uuids[i]).ToString());
  }
}

}  // namespace
}  // namespace keelson
