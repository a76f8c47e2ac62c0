// The methods of the contract that is compiled into the program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace keelson {

// Returns the full names ("keelson.accounts.v1.AccountService/RegisterUser") of all methods in alphabetical
// order. The first call parses the descriptors of every service.
const std::vector<std::string>& MethodNames();

// The names that ResolveMethod may accept for the method, longest first: the full name,
// "AccountService/RegisterUser" and "RegisterUser".
std::vector<std::string> MethodSuffixes(const std::string& full_name);

// Returns the full name of the only method whose full name is `name` or ends with `name` after a "." or "/".
// INVALID_ARGUMENT if no method matches, with the nearest name, or if several match, with their full names.
absl::StatusOr<std::string> ResolveMethod(std::string_view name);

}  // namespace keelson
