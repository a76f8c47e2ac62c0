#include "adapters/support/http/http_syntax.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <string>

namespace keelson {
namespace {

using UrlHandle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

bool Has(const UrlHandle& url, CURLUPart part) {
  char* text = nullptr;
  const bool has = curl_url_get(url.get(), part, &text, 0) == CURLUE_OK;
  curl_free(text);
  return has;
}

}  // namespace

bool IsHttpUrl(std::string_view url) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) return false;
  const UrlHandle parsed(curl_url(), &curl_url_cleanup);
  return curl_url_set(parsed.get(), CURLUPART_URL, std::string(url).c_str(), 0) == CURLUE_OK &&
         Has(parsed, CURLUPART_HOST) && !Has(parsed, CURLUPART_USER);
}

bool IsHeaderValue(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace keelson
