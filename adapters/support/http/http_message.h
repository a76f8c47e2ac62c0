#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace keelson {

struct HttpHeader {
  std::string name;
  std::string value;
};

// Parameters of an AWS signature (Signature Version 4).
struct AwsSignature {
  std::string region;
  std::string service;
  std::string access_key_id;
  std::string secret_access_key;
};

struct HttpRequest {
  // "POST" has a body; "GET" has none.
  std::string method = "POST";
  std::string url;
  std::vector<HttpHeader> headers;
  std::string body;
  std::optional<AwsSignature> aws_signature;
};

struct HttpResponse {
  int status = 0;
  // Names are in lower case.
  std::vector<HttpHeader> headers;
  std::string body;
  // The body was longer than HttpClient::kMaxBody; `body` is its beginning.
  bool truncated = false;

  // Value of the first header with this lower-case name; empty if there is none.
  std::string_view Header(std::string_view name) const;
};

struct HttpFailure {
  // False only if the server certainly did not receive the whole request.
  bool may_have_arrived = true;
  // The URL or a header is malformed, so no request was sent.
  bool malformed = false;
  // Contains no URL, header or body.
  std::string reason;
};

using HttpResult = std::variant<HttpResponse, HttpFailure>;

}  // namespace keelson
