#include "core/common/status_macros.h"

#include <catch2/catch.hpp>
#include <memory>

namespace keelson {
namespace {

absl::StatusOr<std::unique_ptr<int>> Box(absl::StatusOr<int> number) {
  ASSIGN_OR_RETURN(const int value, std::move(number));
  return std::make_unique<int>(value);
}

absl::StatusOr<int> Sum(const absl::StatusOr<int>& a, const absl::StatusOr<int>& b) {
  ASSIGN_OR_RETURN(const std::unique_ptr<int> first, Box(a));
  ASSIGN_OR_RETURN(const std::unique_ptr<int> second, Box(b));
  return *first + *second;
}

TEST_CASE("ASSIGN_OR_RETURN moves the value out, or returns the first error") {
  CHECK(Sum(3, 4).value() == 7);
  CHECK(Sum(3, absl::NotFoundError("b")).status() == absl::NotFoundError("b"));
  CHECK(Sum(absl::AbortedError("a"), absl::NotFoundError("b")).status() == absl::AbortedError("a"));
}

TEST_CASE("RETURN_IF_ERROR returns only errors, also from a lambda in its argument") {
  const auto run = [](const absl::Status& inner, const absl::Status& outer) -> absl::Status {
    RETURN_IF_ERROR([&]() -> absl::Status {
      RETURN_IF_ERROR(inner);
      return outer;
    }());
    return absl::CancelledError("after both");
  };
  CHECK(run(absl::AbortedError("inner"), absl::OkStatus()) == absl::AbortedError("inner"));
  CHECK(run(absl::OkStatus(), absl::NotFoundError("outer")) == absl::NotFoundError("outer"));
  CHECK(run(absl::OkStatus(), absl::OkStatus()) == absl::CancelledError("after both"));
}

}  // namespace
}  // namespace keelson
