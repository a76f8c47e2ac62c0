#pragma once

namespace keelson {

// Returns the number of round trips that this thread has made to any PostgreSQL server. The linker redirects
// libpq's functions to wrappers that count (see --wrap in CMakeLists.txt).
int RoundTrips();

}  // namespace keelson
