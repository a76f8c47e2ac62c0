#include "tests/e2e/support/webhook.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>

#include "absl/strings/escaping.h"
#include "core/common/strings.h"
#include "tests/e2e/support/await.h"

namespace keelson::e2e {
namespace {

// ListeningPort ignores this address.
constexpr char kWebhookHost[] = "127.0.0.2";

}  // namespace

std::vector<std::string> WebhookSettings() {
  return {StrCat("payments.webhooks.listen=", kWebhookHost, ":0"),
          StrCat("payments.sandbox.webhook_secret=", kSandboxSecret)};
}

int WebhookPort(const ServiceProcess& service) {
  const std::string before = StrCat("\"address\":\"", kWebhookHost, ":");
  int port = 0;
  CHECK(Await([&] {
    const std::string log = service.errors();
    const std::size_t at = log.find(before);
    if (at != std::string::npos) port = std::atoi(log.c_str() + at + before.size());
    return port != 0;
  }));
  return port;
}

std::string SandboxEvent(const std::string& event_id, const std::string& refund_id) {
  return StrCat(R"({"id": ")", event_id, R"(", "refund_id": ")", refund_id, R"("})");
}

std::string SandboxSignature(const std::string& body, std::int64_t seconds, const std::string& secret) {
  const std::string text = StrCat(seconds, ".", body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &size);
  const absl::string_view bytes(reinterpret_cast<const char*>(mac.data()), size);
  return StrCat("t=", seconds, ",v1=", absl::BytesToHexString(bytes));
}

std::int64_t UnixSeconds() {
  return std::time(nullptr);
}

std::string SendBytes(int port, const std::string& bytes) {
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  inet_pton(AF_INET, kWebhookHost, &address.sin_addr);
  std::string received;
  if (connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
    (void)!send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    std::array<char, 1024> part;
    ssize_t size = 0;
    while ((size = recv(connection, part.data(), part.size(), 0)) > 0) {
      received.append(part.data(), static_cast<std::size_t>(size));
    }
  }
  close(connection);
  return received;
}

int PostWebhook(int port, const std::string& body, const std::string& signature) {
  const std::string response = SendBytes(
      port, StrCat("POST /webhooks/sandbox HTTP/1.1\r\nHost: shop.example\r\nContent-Length: ", body.size(),
                   "\r\nSandbox-Signature: ", signature, "\r\n\r\n", body));
  const std::size_t space = response.find(' ');
  return space == std::string::npos ? 0 : std::atoi(response.c_str() + space + 1);
}

}  // namespace keelson::e2e
