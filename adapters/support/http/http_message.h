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

// How AWS wants a request signed (Signature Version 4).
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

struct HttpAnswer {
  int status = 0;
  // Their names in lower case.
  std::vector<HttpHeader> headers;
  std::string body;
  // The body was longer than the client takes; `body` is its beginning.
  bool cut_off = false;

  // The first of that name, which is in lower case; empty where there is none.
  std::string_view Header(std::string_view name) const;
};

struct HttpFailure {
  // False only where it is certain that the other side has not seen the whole request.
  bool may_have_arrived = true;
  // The request can't be made at all: its URL or a header is malformed.
  bool malformed = false;
  // Without URL, headers or body.
  std::string reason;
};

using HttpResult = std::variant<HttpAnswer, HttpFailure>;

}  // namespace keelson
