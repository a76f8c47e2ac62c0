#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/bench/figures.h"
#include "tests/bench/load.h"

namespace keelson {

// Delays the settlement of refunds, so that only their creation is measured. Settlement would double the
// number of written rows and send e-mails.
inline constexpr char kWithoutSettlement[] = "payments.poll=1h";

// Measures CreateRefund with a new service on SQLite.
absl::StatusOr<LoadResult> LoadRefunds(const Workbench& bench, const std::vector<std::string>& settings);

}  // namespace keelson
