#include "core/common/secret.h"

#include <catch2/catch.hpp>
#include <concepts>
#include <ostream>
#include <string>
#include <type_traits>

namespace keelson {
namespace {

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
template <typename T>
concept Comparable = requires(const T& a, const T& b) {
  a == b;
};

static_assert(!std::is_copy_constructible_v<Secret>);
static_assert(!std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret>);
static_assert(std::is_nothrow_move_assignable_v<Secret>);
static_assert(!std::is_convertible_v<std::string, Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!Printable<Secret>);
static_assert(!Comparable<Secret>);

TEST_CASE("A moved-from secret is empty") {
  for (const std::string& value : {std::string("short"), std::string(100, 'x')}) {
    Secret first(value);
    Secret second(std::move(first));
    CHECK(second.Reveal() == value);
    CHECK(first.empty());  // NOLINT(bugprone-use-after-move): a moved-from secret must be empty
    Secret third(std::string("older"));
    third = std::move(second);
    CHECK(third.Reveal() == value);
    CHECK(second.Reveal().empty());  // NOLINT(bugprone-use-after-move)
  }
}

// The bytes of the object, which contain a short string (small string optimization).
std::string BytesOf(const Secret& secret) {
  return {reinterpret_cast<const char*>(&secret), sizeof(secret)};
}

TEST_CASE("Moving a secret wipes the memory of its source") {
  const std::string value = "hunter2";
  Secret first(value);
  REQUIRE(BytesOf(first).find(value) != std::string::npos);
  Secret second(std::move(first));
  CHECK(BytesOf(first).find("unter") == std::string::npos);  // NOLINT(bugprone-use-after-move)
  Secret third;
  third = std::move(second);
  CHECK(BytesOf(second).find("unter") == std::string::npos);  // NOLINT(bugprone-use-after-move)
  CHECK(third.Reveal() == value);
}

}  // namespace
}  // namespace keelson
