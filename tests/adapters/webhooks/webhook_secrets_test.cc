// Tests signatures of webhooks against vectors that OpenSSL computed:
// printf %s "1700000000.BODY" | openssl dgst -sha256 -hmac SECRET
#include "adapters/support/webhooks/webhook_secrets.h"

#include <catch2/catch.hpp>
#include <string>

#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr char kOldSecret[] = "whsec_0123456789abcdef";
constexpr char kNewSecret[] = "whsec_fedcba9876543210";
constexpr char kSignedBody[] = R"({"id":"evt_1"})";
constexpr char kOldSignature[] = "dea1657bd5053cb0f8a75ebf0bd3d22e0cdeb79563b44db6b88864e522fb8bc4";
constexpr char kNewSignature[] = "eb9f93c7283ec823484a3d5f0ebce320fca0b7cb3d2262ab3b5c870f2c76454d";
const absl::Time kSignTime = absl::FromUnixSeconds(1'700'000'000);

std::string HeaderWith(const std::string& signature) {
  return StrCat("t=1700000000,v1=", signature);
}

bool Accepts(const WebhookSecrets& secrets, const std::string& header, const std::string& body = kSignedBody,
             absl::Time now = kSignTime) {
  const absl::Status status = secrets.Verify(header, body, now);
  CHECK((status.ok() || absl::IsUnauthenticated(status)));
  CHECK(status.message().find("whsec") == absl::string_view::npos);
  return status.ok();
}

TEST_CASE("a webhook with the signature of a configured secret is accepted") {
  const WebhookSecrets secrets(kOldSecret);
  CHECK(Accepts(secrets, HeaderWith(kOldSignature)));
  CHECK_FALSE(Accepts(secrets, HeaderWith(kNewSignature)));
  CHECK_FALSE(Accepts(WebhookSecrets(kNewSecret), HeaderWith(kOldSignature)));
  CHECK_FALSE(Accepts(WebhookSecrets(), HeaderWith(kOldSignature)));
}

TEST_CASE("while a secret is replaced, the signature of either secret is accepted") {
  const WebhookSecrets both(StrCat(kOldSecret, ",", kNewSecret));
  CHECK(Accepts(both, HeaderWith(kOldSignature)));
  CHECK(Accepts(both, HeaderWith(kNewSignature)));
  // The provider signs with both secrets, in any order, and with other schemes.
  const std::string header =
      StrCat("t=1700000000,v0=", kNewSignature, ",v1=", kNewSignature, ", v1=", kOldSignature);
  CHECK(Accepts(WebhookSecrets(kOldSecret), header));
  CHECK_FALSE(Accepts(WebhookSecrets(kOldSecret), StrCat("t=1700000000,v0=", kOldSignature)));
}

TEST_CASE("a webhook whose body or time was changed is rejected") {
  const WebhookSecrets secrets(kOldSecret);
  CHECK_FALSE(Accepts(secrets, HeaderWith(kOldSignature), R"({"id":"evt_2"})"));
  CHECK_FALSE(Accepts(secrets, HeaderWith(kOldSignature), R"({"id": "evt_1"})"));
  CHECK_FALSE(Accepts(secrets, HeaderWith(kOldSignature), ""));
  CHECK_FALSE(Accepts(secrets, StrCat("t=1700000001,v1=", kOldSignature)));
  CHECK_FALSE(Accepts(secrets, StrCat("t=01700000000,v1=", kOldSignature)));
}

TEST_CASE("a webhook is accepted only within five minutes of its signature") {
  const WebhookSecrets secrets(kOldSecret);
  const std::string header = HeaderWith(kOldSignature);
  CHECK(Accepts(secrets, header, kSignedBody, kSignTime + absl::Minutes(5)));
  CHECK(Accepts(secrets, header, kSignedBody, kSignTime - absl::Minutes(5)));
  CHECK_FALSE(Accepts(secrets, header, kSignedBody, kSignTime + absl::Minutes(5) + absl::Microseconds(1)));
  CHECK_FALSE(Accepts(secrets, header, kSignedBody, kSignTime - absl::Minutes(5) - absl::Microseconds(1)));
}

TEST_CASE("malformed signature headers are rejected") {
  const WebhookSecrets secrets(kOldSecret);
  const std::string signature = kOldSignature;
  for (const std::string& header :
       {std::string(), std::string("t"), std::string("t=,v1="), StrCat("v1=", signature),
        std::string("t=1700000000"), StrCat("t=now,v1=", signature), StrCat("t=-1700000000,v1=", signature),
        StrCat("t=1700000000,v1=", signature, "00"), StrCat("t=1700000000,v1=", signature.substr(2)),
        StrCat("t=1700000000,v1=zz", signature.substr(2)), StrCat("t=99999999999999999999,v1=", signature),
        std::string(8000, ',')}) {
    INFO(header);
    CHECK_FALSE(Accepts(secrets, header));
  }
}

TEST_CASE("the list of secrets must be well-formed") {
  CHECK(WebhookSecrets::Check(kOldSecret).ok());
  CHECK(WebhookSecrets::Check(StrCat(kOldSecret, ",", kNewSecret)).ok());
  for (const std::string& list :
       {std::string(), std::string("short"), StrCat(kOldSecret, ","), StrCat(kOldSecret, ", ", kNewSecret),
        std::string("whsec_0123456789abcde\x7f")}) {
    INFO(list);
    CHECK(absl::IsFailedPrecondition(WebhookSecrets::Check(list)));
  }
  std::string nine = kOldSecret;
  for (int i = 0; i < 8; ++i) nine += StrCat(",", kNewSecret);
  CHECK(WebhookSecrets::Check(nine).message() == "must have at most 8 secrets");
}

}  // namespace
}  // namespace keelson
