// Checks of a PostgreSQL database after failures.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace keelson::e2e {

// Returns the number of events of each type. Fails the test if the events are not numbered from 1 without
// gaps, if their hash chain is broken, or if an event has no number yet.
std::map<std::string, int> AuditedEvents(const std::filesystem::path& folder);
// Fails the test if the totals of an order differ from its refunds, if more was refunded than paid, or if two
// settled refunds have the same provider reference.
void AuditRefunds(const std::filesystem::path& folder);

}  // namespace keelson::e2e
