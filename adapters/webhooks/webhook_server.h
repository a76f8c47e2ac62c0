// Serves the webhooks of payment providers at http://HOST:PORT/webhooks/PROVIDER, such as /webhooks/stripe.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/refunds/receive_webhook.h"

namespace keelson {

// Plain HTTP/1.1 over CivetWeb; a proxy in front of the server terminates TLS. Only POST is served, and each
// connection serves one request. The threads of the server have a low priority, so that a flood of requests
// does not delay the calls of the gRPC server.
//
//   200  handled, or nothing to do
//   400  not signed by the provider, or unreadable
//   404  unknown path, or a provider without webhooks
//   405  not POST
//   408  the body did not arrive in time
//   413  the body is longer than kMaxBody
//   503  can't be handled now; the provider sends the webhook again
class WebhookServer {
 public:
  // Maximum size of a body in bytes. The documented events of Stripe and PayPal have less than 16 KiB.
  static constexpr std::size_t kMaxBody = std::size_t{256} << 10;
  // Number of requests that are read and handled concurrently. As many connections again wait for a thread;
  // the kernel refuses further ones.
  static constexpr int kThreads = 4;
  // Maximum time for the body and the handling of a request.
  static constexpr absl::Duration kTimeout = absl::Seconds(10);

  // Starts to serve on threads of the server. `listen` is "HOST:PORT". UNAVAILABLE if the server can't listen
  // on this address. `receive` must outlive the server.
  static absl::StatusOr<std::unique_ptr<WebhookServer>> Start(const std::string& listen,
                                                              ReceiveWebhook& receive);
  // Waits for the requests that are being handled, at most for kTimeout.
  ~WebhookServer();

  int port() const;

 private:
  class Impl;
  explicit WebhookServer(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace keelson
