// What a database on PostgreSQL must be, whatever happened before.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace keelson::e2e {

// How many events there are of each type. Fails the test where they are not numbered from 1 without gaps,
// where their chain is broken, or where some have no number yet.
std::map<std::string, int> AuditedEvents(const std::filesystem::path& folder);
// Fails the test where an order's sums are not those of its refunds, where more was given back than paid, or
// where two refunds that were settled have one reference of the provider's.
void AuditRefunds(const std::filesystem::path& folder);

}  // namespace keelson::e2e
