// Macros that return errors to the caller, for functions and lambdas whose return type is constructible from
// absl::Status.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// RETURN_IF_ERROR(Check(order)): returns the expression's status unless the status is OK.
#define RETURN_IF_ERROR(...) \
  KEELSON_RETURN_IF_ERROR(KEELSON_UNIQUE_NAME(keelson_status_, __COUNTER__), __VA_ARGS__)

// ASSIGN_OR_RETURN(const User user, Load(id)): declares or assigns the value of a StatusOr, or returns the
// status of the error. Expands to several statements: in the body of an `if`, put braces around the macro.
#define ASSIGN_OR_RETURN(target, ...) \
  KEELSON_ASSIGN_OR_RETURN(KEELSON_UNIQUE_NAME(keelson_result_, __COUNTER__), target, __VA_ARGS__)

#define KEELSON_RETURN_IF_ERROR(status, ...)                              \
  do {                                                                    \
    if (absl::Status status = (__VA_ARGS__); !status.ok()) return status; \
  } while (false)

#define KEELSON_ASSIGN_OR_RETURN(result, target, ...)  \
  auto result = (__VA_ARGS__);                         \
  if (!result.ok()) return std::move(result).status(); \
  target = *std::move(result)

// The counter prevents shadowing when a macro is used in a lambda that is an argument of another macro.
#define KEELSON_UNIQUE_NAME(prefix, number) KEELSON_JOINED_NAME(prefix, number)
#define KEELSON_JOINED_NAME(prefix, number) prefix##number
