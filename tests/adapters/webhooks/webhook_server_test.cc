#include "adapters/webhooks/webhook_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "adapters/store/memory/memory_store.h"
#include "adapters/support/http/http_client.h"
#include "core/common/strings.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_payment_provider.h"
#include "tests/support/recording_log.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

// A server with the provider "stripe", which answers every webhook with `answer`.
struct ServedWebhooks {
  ServedWebhooks() {
    provider.read_webhook = [this](const Webhook& webhook) {
      const absl::MutexLock lock(&mutex);
      seen.push_back(webhook);
      return answer;
    };
    const std::vector<PaymentProvider*> providers = {&provider, &silent};
    receive = std::make_unique<ReceiveWebhook>(store, clock, log, providers);
    server = Must(WebhookServer::Start("127.0.0.1:0", *receive));
  }

  HttpResponse Send(const std::string& path, const std::string& body, const std::string& method = "POST",
                    std::vector<HttpHeader> headers = {}) {
    HttpRequest request;
    request.method = method;
    request.url = StrCat("http://127.0.0.1:", server->port(), path);
    request.headers = std::move(headers);
    request.body = body;
    HttpResult result = HttpClient().Send(request, Deadline::After(absl::Seconds(10)));
    REQUIRE(std::holds_alternative<HttpResponse>(result));
    return std::get<HttpResponse>(std::move(result));
  }
  void SetAnswer(absl::StatusOr<std::optional<RefundHint>> next) {
    const absl::MutexLock lock(&mutex);
    answer = std::move(next);
  }
  Webhook last() {
    const absl::MutexLock lock(&mutex);
    return seen.back();
  }
  std::size_t count() {
    const absl::MutexLock lock(&mutex);
    return seen.size();
  }

  FakePaymentProvider provider{"stripe"};
  FakePaymentProvider silent{"recorded"};
  absl::Mutex mutex;
  std::vector<Webhook> seen;
  absl::StatusOr<std::optional<RefundHint>> answer = std::optional<RefundHint>();
  FakeClock clock;
  MemoryStore store;
  RecordingLog log;
  std::unique_ptr<ReceiveWebhook> receive;
  std::unique_ptr<WebhookServer> server;
};

// Sends bytes to the server, and returns what the server sends until it closes the connection. Checks
// nothing, because several threads call it.
std::string SendBytes(int port, const std::string& bytes) {
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  (void)!send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  shutdown(connection, SHUT_WR);
  std::string received(4096, '\0');
  std::size_t size = 0;
  for (ssize_t read = 1; read > 0 && size < received.size(); size += static_cast<std::size_t>(read)) {
    read = recv(connection, received.data() + size, received.size() - size, 0);
    if (read < 0) break;
  }
  received.resize(size);
  close(connection);
  return received;
}

TEST_CASE("a webhook reaches its provider with headers in lower case and the body byte for byte") {
  ServedWebhooks served;
  std::string body = R"({"a": 1.00, "b":"\u00fc"})";
  body += std::string("\0\r\n\xff", 4);
  const HttpResponse response =
      served.Send("/webhooks/stripe", body, "POST", {{"Stripe-Signature", "t=1,v1=ab"}});
  CHECK(response.status == 200);
  CHECK(response.body == "irrelevant\n");
  CHECK(response.Header("connection") == "close");
  REQUIRE(served.count() == 1);
  CHECK(served.last().body == body);
  CHECK(served.last().Header("stripe-signature") == "t=1,v1=ab");
  CHECK(served.last().receive_time == served.clock.Now());
}

TEST_CASE("a body of any size up to the limit arrives completely") {
  ServedWebhooks served;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{8191}, std::size_t{8192},
                                 std::size_t{100'000}, WebhookServer::kMaxBody}) {
    const std::string body(size, 'x');
    CHECK(served.Send("/webhooks/stripe", body).status == 200);
    CHECK(served.last().body == body);
  }
}

TEST_CASE("a body beyond the limit is rejected without being read") {
  ServedWebhooks served;
  const std::string announced =
      SendBytes(served.server->port(),
                "POST /webhooks/stripe HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999\r\n\r\n");
  CHECK(announced.find(" 413 ") != std::string::npos);
  CHECK(served.count() == 0);
}

TEST_CASE("the result determines the status code") {
  ServedWebhooks served;
  served.SetAnswer(std::optional<RefundHint>(RefundHint{.event_id = "evt_1"}));
  CHECK(served.Send("/webhooks/stripe", "{}").status == 200);
  served.SetAnswer(absl::UnauthenticatedError("no signature matches"));
  CHECK(served.Send("/webhooks/stripe", "{}").status == 400);
  CHECK(served.Send("/webhooks/stripe", "{}").body == "rejected\n");
  served.SetAnswer(absl::InvalidArgumentError("no id"));
  CHECK(served.Send("/webhooks/stripe", "{}").status == 400);
  served.SetAnswer(absl::UnavailableError("later"));
  CHECK(served.Send("/webhooks/stripe", "{}").status == 503);
}

TEST_CASE("other paths, providers and methods are rejected") {
  ServedWebhooks served;
  for (const char* path : {"/", "/webhooks", "/webhooks/", "/webhooks/recorded", "/webhooks/unknown",
                           "/webhooks/stripe/x", "/webhooks/../etc/passwd", "/metrics"}) {
    INFO(path);
    CHECK(served.Send(path, "{}").status == 404);
  }
  const HttpResponse get = served.Send("/webhooks/stripe", "", "GET");
  CHECK(get.status == 405);
  CHECK(get.Header("allow") == "POST");
  CHECK(served.count() == 0);
}

TEST_CASE("garbage from many connections neither reaches the provider nor stops the server") {
  ServedWebhooks served;
  std::vector<std::thread> senders;
  for (int sender = 0; sender < 8; ++sender) {
    senders.emplace_back([&, sender] {
      for (int i = 0; i < 50; ++i) {
        const std::string garbage[] = {"\r\n\r\n", std::string(20'000, 'x'), std::string(64, '\0'),
                                       "POST /webhooks/stripe HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                                       "POST /webhooks/stripe HTTP/9.9\r\n\r\n"};
        SendBytes(served.server->port(), garbage[(sender + i) % 5]);
      }
    });
  }
  for (std::thread& sender : senders) sender.join();
  CHECK(served.Send("/webhooks/stripe", "{}").status == 200);
}

TEST_CASE("a body that ends early is not handled") {
  ServedWebhooks served;
  const std::string reply = SendBytes(
      served.server->port(), "POST /webhooks/stripe HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{}");
  CHECK(reply.find(" 408 ") != std::string::npos);
  CHECK(served.count() == 0);
}

TEST_CASE("Start fails while the address is in use") {
  ServedWebhooks served;
  const std::string listen = StrCat("127.0.0.1:", served.server->port());
  const absl::Status taken = WebhookServer::Start(listen, *served.receive).status();
  CHECK(absl::IsUnavailable(taken));
  CHECK(taken.message() == StrCat("payments.webhooks.listen: can't listen on ", listen));
  served.server.reset();
  Must(WebhookServer::Start(listen, *served.receive).status());
}

}  // namespace
}  // namespace keelson
