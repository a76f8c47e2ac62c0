// Helpers for absl::Status in tests: printing by Catch2, and access to the error details.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/common/error.h"

namespace Catch {

template <>
struct StringMaker<absl::Status> {
  static std::string convert(const absl::Status& status) { return status.ToString(); }
};

}  // namespace Catch

namespace keelson {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

// Returns the error reason, "OK", or the code of a status without details.
template <typename Result>
std::string ReasonOf(const Result& result) {
  const absl::Status& status = StatusOf(result);
  if (status.ok()) return "OK";
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details ? std::string(ReasonName(details->reason)) : absl::StatusCodeToString(status.code());
}

template <typename Result>
ErrorDetails Details(const Result& result) {
  return DetailsOf(StatusOf(result)).value_or(ErrorDetails{});
}

// Returns the paths of the invalid fields in order.
template <typename Result>
std::vector<std::string> BadFields(const Result& result) {
  std::vector<std::string> fields;
  for (const FieldViolation& violation : Details(result).fields) fields.push_back(violation.field);
  return fields;
}

template <typename Result>
std::string Fact(const Result& result, const std::string& name) {
  const ErrorDetails details = Details(result);
  const auto fact = details.facts.find(name);
  return fact == details.facts.end() ? "" : fact->second;
}

// Returns the value of a result that must be OK.
template <typename T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) throw std::runtime_error(result.status().ToString());
  return *std::move(result);
}
inline void Must(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

using Fields = std::vector<std::string>;

}  // namespace keelson
