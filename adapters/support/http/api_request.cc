#include "adapters/support/http/api_request.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "core/common/strings.h"

namespace keelson {

ApiAccess ApiAccessOf(const ApiSettings& settings) {
  return {.key = Secret(settings.api_key), .base_url = settings.base_url};
}

std::string BaseUrl(std::string_view configured, std::string_view default_url) {
  if (configured.empty()) return std::string(default_url);
  return std::string(configured.substr(0, configured.find_last_not_of('/') + 1));
}

ApiAccess WithDefaultBase(ApiAccess access, std::string_view default_url) {
  access.base_url = BaseUrl(access.base_url, default_url);
  return access;
}

HttpRequest JsonPost(std::string url, std::vector<HttpHeader> headers, const nlohmann::json& body) {
  HttpRequest request = JsonGet(std::move(url), std::move(headers));
  request.method = "POST";
  request.headers.push_back({"Content-Type", "application/json"});
  // With `replace`, invalid UTF-8, such as in a name in the configuration, becomes U+FFFD; by default, dump()
  // throws.
  request.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return request;
}

HttpRequest JsonGet(std::string url, std::vector<HttpHeader> headers) {
  HttpRequest request;
  request.method = "GET";
  request.url = std::move(url);
  request.headers = std::move(headers);
  request.headers.push_back({"Accept", "application/json"});
  return request;
}

HttpRequest FormPost(std::string url, std::vector<HttpHeader> headers,
                     const std::vector<HttpHeader>& fields) {
  HttpRequest request = JsonGet(std::move(url), std::move(headers));
  request.method = "POST";
  request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  request.body = Form(fields);
  return request;
}

HttpHeader Bearer(const Secret& key) {
  return {"Authorization", StrCat("Bearer ", key.Reveal())};
}

HttpHeader Basic(std::string_view credentials) {
  return {"Authorization", StrCat("Basic ", absl::Base64Escape(ToAbsl(credentials)))};
}

std::string PercentEncoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || std::string_view("-._~").find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", byte);
    }
  }
  return encoded;
}

std::string Form(const std::vector<HttpHeader>& fields) {
  std::string form;
  for (const HttpHeader& field : fields) {
    if (field.value.empty()) continue;
    form += StrCat(form.empty() ? "" : "&", PercentEncoded(field.name), "=", PercentEncoded(field.value));
  }
  return form;
}

}  // namespace keelson
