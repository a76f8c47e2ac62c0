#include "adapters/support/http/curl_library.h"

#include <curl/curl.h>

namespace keelson {

bool CurlIsReady() {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return ready;
}

}  // namespace keelson
