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
  // "POST" (with a body) or "GET" (without a body).
  std::string method = "POST";
  std::string url;
  std::vector<HttpHeader> headers;
  std::string body;
  std::optional<AwsSignature> aws_signature;
};

struct HttpResponse {
  int status = 0;
  // The headers of the response; their names are in lower case.
  std::vector<HttpHeader> headers;
  std::string body;
  // Whether the body was longer than HttpClient::kMaxBody; `body` then contains its beginning.
  bool truncated = false;

  // Returns the value of the first header with this lower-case name; empty if there is none.
  std::string_view Header(std::string_view name) const;
};

struct HttpFailure {
  // Whether the server may have received the request. False only if no byte of the request was sent.
  bool may_have_arrived = true;
  // Whether the URL or a header is malformed, so that no request was sent.
  bool malformed = false;
  // The reason of the failure. Contains no URL, header or body.
  std::string reason;
};

using HttpResult = std::variant<HttpResponse, HttpFailure>;

}  // namespace keelson
