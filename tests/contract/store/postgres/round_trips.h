#pragma once

namespace keelson {

// How often this thread has asked a PostgreSQL for its answers, which is a round trip each, wherever it did.
// It needs the linker to pass libpq's functions that ask through it (CMakeLists.txt).
int RoundTrips();

}  // namespace keelson
