#pragma once

namespace keelson {

// Initializes libcurl for the process at the first call. Returns false if the initialization failed.
// Thread-safe.
bool CurlIsReady();

}  // namespace keelson
