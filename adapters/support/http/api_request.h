// Builds requests for HTTP APIs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/support/http/api_settings.h"
#include "adapters/support/http/http_message.h"
#include "core/common/secret.h"

namespace keelson {

struct ApiAccess {
  Secret key;
  // Scheme and host. WithDefaultBase replaces an empty value with the provider's public API.
  std::string base_url;
};

ApiAccess ApiAccessOf(const ApiSettings& settings);

// Returns `configured` without trailing slashes, or `default_url` if `configured` is empty.
std::string BaseUrl(std::string_view configured, std::string_view default_url);
// Returns `access` with the result of BaseUrl as its base_url.
ApiAccess WithDefaultBase(ApiAccess access, std::string_view default_url);

// Builds a request that accepts a JSON response; JsonPost also sends a JSON body, and FormPost a form.
HttpRequest JsonPost(std::string url, std::vector<HttpHeader> headers, const nlohmann::json& body);
HttpRequest JsonGet(std::string url, std::vector<HttpHeader> headers);
HttpRequest FormPost(std::string url, std::vector<HttpHeader> headers, const std::vector<HttpHeader>& fields);
HttpHeader Bearer(const Secret& key);
// HTTP Basic authentication. `credentials`: user name, ":" and password.
HttpHeader Basic(std::string_view credentials);

// Percent-encodes every byte except the unreserved characters (RFC 3986), so that the text is valid in a path
// segment, a query and a form.
std::string PercentEncoded(std::string_view text);
// Returns the fields with a value as application/x-www-form-urlencoded.
std::string Form(const std::vector<HttpHeader>& fields);

}  // namespace keelson
