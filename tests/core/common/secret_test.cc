#include "core/common/secret.h"

#include <catch2/catch.hpp>
#include <concepts>
#include <ostream>
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

TEST_CASE("A secret that is moved leaves nothing behind") {
  for (const std::string& value : {std::string("short"), std::string(100, 'x')}) {
    Secret first(value);
    Secret second(std::move(first));
    CHECK(second.Reveal() == value);
    CHECK(first.empty());  // NOLINT(bugprone-use-after-move): that is the promise
    Secret third(std::string("older"));
    third = std::move(second);
    CHECK(third.Reveal() == value);
    CHECK(second.Reveal().empty());  // NOLINT(bugprone-use-after-move)
  }
}

}  // namespace
}  // namespace keelson
