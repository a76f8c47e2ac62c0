#include "tests/contract/email/request_checks.h"

#include <sodium.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/contract/email/fixtures.h"
#include "tests/support/http/request_reader.h"

namespace keelson {
namespace {

using nlohmann::json;
using servers::Differs;
using servers::FormFields;
using servers::Header;
using servers::SeenRequest;

constexpr char kMessageId[] = "<message_01hf7yat00e8r8e2dhp52c4m2r@example.com>";

std::string CheckBody(const SeenRequest& request, const json& due) {
  const json seen = json::parse(request.body, nullptr, false);
  return seen == due ? "" : "differs: " + json::diff(seen, due).dump() + "\n";
}

std::string CheckJson(const SeenRequest& request, const std::string& path, const json& due) {
  return Differs("method", request.method, "POST") + Differs("path", request.target, path) +
         Differs("type", Header(request, "content-type"), "application/json") + CheckBody(request, due);
}

std::string Hex(const std::string& bytes) {
  std::string hex(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  hex.pop_back();
  return hex;
}

std::string Sha256Hex(const std::string& text) {
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return Hex(digest);
}

std::string Hmac(const std::string& key, const std::string& text) {
  crypto_auth_hmacsha256_state state;
  std::string digest(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(key.data()), key.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

// Returns the value of "NAME=…" in the Authorization header.
std::string Part(const std::string& authorization, const std::string& name) {
  const std::size_t begin = authorization.find(name + "=");
  if (begin == std::string::npos) return "";
  const std::size_t value = begin + name.size() + 1;
  return authorization.substr(value, authorization.find(',', value) - value);
}

}  // namespace

std::string CheckSendGrid(const SeenRequest& request) {
  const json due = json::parse(R"({
    "personalizations": [{"to": [{"email": "ada@xn--bcher-kva.example"}],
                          "custom_args": {"keelson_message_id": "message_01hf7yat00e8r8e2dhp52c4m2r"}}],
    "from": {"email": "no-reply@example.com", "name": "Kéelson, \"Inc\""},
    "subject": "Grüße ✓",
    "content": [{"type": "text/plain", "value": "Hello\n.dot"}, {"type": "text/html", "value": "<p>Hello</p>"}],
    "headers": {"Message-ID": "<message_01hf7yat00e8r8e2dhp52c4m2r@example.com>",
                "Auto-Submitted": "auto-generated"}})");
  return CheckJson(request, "/v3/mail/send", due) +
         Differs("authorization", Header(request, "authorization"), std::string("Bearer ") + kTestKey);
}

std::string CheckPostmark(const SeenRequest& request) {
  const json due = json::parse(R"({
    "From": "\"Kéelson, \\\"Inc\\\"\" <no-reply@example.com>", "To": "ada@xn--bcher-kva.example",
    "Subject": "Grüße ✓", "TextBody": "Hello\n.dot", "HtmlBody": "<p>Hello</p>", "MessageStream": "outbound",
    "Headers": [{"Name": "Message-ID", "Value": "<message_01hf7yat00e8r8e2dhp52c4m2r@example.com>"},
                {"Name": "Auto-Submitted", "Value": "auto-generated"}],
    "Metadata": {"keelson_message_id": "message_01hf7yat00e8r8e2dhp52c4m2r"}})");
  return CheckJson(request, "/email", due) +
         Differs("token", Header(request, "x-postmark-server-token"), kTestKey) +
         Differs("accept", Header(request, "accept"), "application/json");
}

std::string CheckSes(const SeenRequest& request) {
  const json seen = json::parse(request.body, nullptr, false);
  if (!seen.is_object()) return "the body is not JSON";
  const json due = json::parse(R"({
    "Destination": {"ToAddresses": ["ada@xn--bcher-kva.example"]}, "ConfigurationSetName": "set",
    "Content": {"Simple": {"Subject": {"Data": "Grüße ✓", "Charset": "UTF-8"},
                           "Body": {"Text": {"Data": "Hello\n.dot", "Charset": "UTF-8"},
                                    "Html": {"Data": "<p>Hello</p>", "Charset": "UTF-8"}},
                           "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}]}},
    "EmailTags": [{"Name": "keelson_message_id", "Value": "message_01hf7yat00e8r8e2dhp52c4m2r"}]})");
  json rest = seen;
  rest.erase("FromEmailAddress");
  return Differs("path", request.target, "/v2/email/outbound-emails") +
         Differs("sender", seen.value("FromEmailAddress", ""),
                 "=?UTF-8?B?S8OpZWxzb24sICJJbmMi?= <no-reply@example.com>") +
         (rest == due ? "" : json::diff(rest, due).dump()) + CheckSignature(request);
}

std::string CheckMailgun(const SeenRequest& request) {
  const json due = {{"from", "\"Kéelson, \\\"Inc\\\"\" <no-reply@example.com>"},
                    {"to", "ada@xn--bcher-kva.example"},
                    {"subject", "Grüße ✓"},
                    {"text", "Hello\n.dot"},
                    {"html", "<p>Hello</p>"},
                    {"h:Message-Id", kMessageId},
                    {"h:Auto-Submitted", "auto-generated"},
                    {"v:keelson_message_id", "message_01hf7yat00e8r8e2dhp52c4m2r"}};
  const json seen = FormFields(request.body);
  return Differs("path", request.target, "/v3/mg.example.com/messages") +
         Differs("type", Header(request, "content-type"), "application/x-www-form-urlencoded") +
         // Base64 of "api:" and kTestKey.
         Differs("authorization", Header(request, "authorization"),
                 "Basic YXBpOkszWS10aGF0LW5vYm9keS1tYXktc2Vl") +
         (seen == due ? "" : json::diff(seen, due).dump());
}

std::string CheckResend(const SeenRequest& request) {
  const json due = json::parse(R"({
    "from": "\"Kéelson, \\\"Inc\\\"\" <no-reply@example.com>", "to": ["ada@xn--bcher-kva.example"],
    "subject": "Grüße ✓", "text": "Hello\n.dot", "html": "<p>Hello</p>",
    "headers": {"Message-ID": "<message_01hf7yat00e8r8e2dhp52c4m2r@example.com>",
                "Auto-Submitted": "auto-generated"}})");
  return CheckJson(request, "/emails", due) +
         Differs("key", Header(request, "idempotency-key"), "message_01hf7yat00e8r8e2dhp52c4m2r") +
         Differs("authorization", Header(request, "authorization"), std::string("Bearer ") + kTestKey);
}

std::string CheckBrevo(const SeenRequest& request) {
  const json due = json::parse(R"({
    "sender": {"email": "no-reply@example.com", "name": "Kéelson, \"Inc\""},
    "to": [{"email": "ada@xn--bcher-kva.example"}],
    "subject": "Grüße ✓", "textContent": "Hello\n.dot", "htmlContent": "<p>Hello</p>",
    "headers": {"Message-ID": "<message_01hf7yat00e8r8e2dhp52c4m2r@example.com>",
                "Auto-Submitted": "auto-generated",
                "idempotencyKey": "018bcfe5-6800-7230-8709-b1b144c25058"}})");
  return CheckJson(request, "/v3/smtp/email", due) + Differs("key", Header(request, "api-key"), kTestKey);
}

std::string CheckSignature(const SeenRequest& request) {
  const std::string authorization = Header(request, "authorization");
  const std::string date = Header(request, "x-amz-date");
  const std::string signed_headers = Part(authorization, "SignedHeaders");
  std::string canonical = request.method + "\n" + request.target + "\n\n";
  std::istringstream names(signed_headers);
  std::string last;
  for (std::string name; std::getline(names, name, ';'); last = name) {
    if (name <= last) return "the signed headers are out of order: " + signed_headers;
    if (!request.headers.contains(name)) return "a signed header is missing: " + name;
    canonical += name + ":" + Header(request, name) + "\n";
  }
  canonical += "\n" + signed_headers + "\n" + Sha256Hex(request.body);
  const std::string scope = date.substr(0, 8) + "/eu-central-1/ses/aws4_request";
  const std::string text = "AWS4-HMAC-SHA256\n" + date + "\n" + scope + "\n" + Sha256Hex(canonical);
  std::string key = std::string("AWS4") + kTestKey;
  for (const std::string& part :
       {date.substr(0, 8), std::string("eu-central-1"), std::string("ses"), std::string("aws4_request")}) {
    key = Hmac(key, part);
  }
  const bool host_signed = signed_headers.find("host") != std::string::npos;
  const bool token_signed = signed_headers.find("x-amz-security-token") != std::string::npos;
  return Differs("credential", authorization.substr(0, authorization.find(',')),
                 "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/" + scope) +
         Differs("signature", Part(authorization, "Signature"), Hex(Hmac(key, text))) +
         (host_signed && token_signed ? "" : "host and token must be signed: " + signed_headers) +
         Differs("token", Header(request, "x-amz-security-token"), "T0KEN");
}

}  // namespace keelson
