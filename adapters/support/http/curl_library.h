#pragma once

namespace keelson {

// Sets libcurl up for the process at the first call; false where it can't be. Thread-safe.
bool CurlIsReady();

}  // namespace keelson
