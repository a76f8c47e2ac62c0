#include "adapters/webhooks/webhook_server.h"

#include <civetweb.h>
#include <sys/resource.h>

#include <array>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "core/common/deadline.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr std::string_view kPrefix = "/webhooks/";
// Added to the nice value of the process (setpriority(2)).
constexpr int kNiceIncrement = 10;
// A read blocks until it has this many bytes, so that a small read lets a slow client be noticed in time.
// Most bodies arrive together with the headers, in a buffer of CivetWeb.
constexpr std::size_t kReadSize = 64;

struct WebhookReply {
  int status = 0;
  std::string text;
};

int StatusOf(WebhookResult result) {
  switch (result) {
    case WebhookResult::kDue:
    case WebhookResult::kNotWaiting:
    case WebhookResult::kNoRefund:
    case WebhookResult::kIrrelevant:
    case WebhookResult::kRepeated:
      return 200;
    case WebhookResult::kRejected:
    case WebhookResult::kUnreadable:
      return 400;
    case WebhookResult::kUnavailable:
      return 503;
  }
  return 500;
}

// Reads the body into `body`. Returns the error, or nullopt if the body is complete.
std::optional<WebhookReply> ReadBody(mg_connection* connection, Deadline deadline, std::string& body) {
  const long long announced = mg_get_request_info(connection)->content_length;
  const WebhookReply too_long{413, StrCat("the body must have at most ", WebhookServer::kMaxBody, " bytes")};
  if (announced > static_cast<long long>(WebhookServer::kMaxBody)) return too_long;
  std::array<char, kReadSize> part;
  int read = 0;
  while ((read = mg_read(connection, part.data(), part.size())) > 0) {
    body.append(part.data(), static_cast<std::size_t>(read));
    if (body.size() > WebhookServer::kMaxBody) return too_long;
    if (deadline.expired()) break;
  }
  const bool incomplete = announced > static_cast<long long>(body.size());
  if (read < 0 || deadline.expired() || incomplete)
    return WebhookReply{408, "the body did not arrive in time"};
  return std::nullopt;
}

Webhook WebhookOf(const mg_request_info& request, std::string body) {
  Webhook webhook;
  for (int i = 0; i < request.num_headers; ++i) {
    const mg_header& header = request.http_headers[i];
    webhook.headers.emplace(absl::AsciiStrToLower(header.name), header.value);
  }
  webhook.body = std::move(body);
  return webhook;
}

WebhookReply Respond(mg_connection* connection, ReceiveWebhook& receive) {
  const Deadline deadline = Deadline::After(WebhookServer::kTimeout);
  const mg_request_info& request = *mg_get_request_info(connection);
  const std::string_view path = request.local_uri == nullptr ? "" : request.local_uri;
  if (!path.starts_with(kPrefix)) return {404, "webhooks are served at /webhooks/PROVIDER"};
  if (std::string_view(request.request_method) != "POST") return {405, "webhooks are sent with POST"};
  std::string body;
  if (std::optional<WebhookReply> error = ReadBody(connection, deadline, body)) return *std::move(error);
  const std::optional<WebhookResult> result =
      receive.Handle(path.substr(kPrefix.size()), WebhookOf(request, std::move(body)), deadline);
  if (!result) return {404, "no configured payment provider with webhooks has this name"};
  return {StatusOf(*result), std::string(kWebhookResultNames[static_cast<std::size_t>(*result)])};
}

// Exceptions must not reach CivetWeb, which is written in C.
WebhookReply RespondToAny(mg_connection* connection, ReceiveWebhook& receive) {
  try {
    return Respond(connection, receive);
  } catch (const std::exception&) {
    return {500, "internal error"};
  }
}

void Write(mg_connection* connection, const WebhookReply& reply) {
  // CivetWeb would read the rest of the body, however long, before it reuses the connection.
  mg_disable_connection_keep_alive(connection);
  const std::string response =
      StrCat("HTTP/1.1 ", reply.status, " ", mg_get_response_code_text(connection, reply.status), "\r\n",
             reply.status == 405 ? "Allow: POST\r\n" : "",
             "Content-Type: text/plain\r\nContent-Length: ", reply.text.size() + 1,
             "\r\nConnection: close\r\n\r\n", reply.text, "\n");
  mg_write(connection, response.data(), response.size());
}

int HandleRequest(mg_connection* connection) {
  auto& receive = *static_cast<ReceiveWebhook*>(mg_get_request_info(connection)->user_data);
  const WebhookReply reply = RespondToAny(connection, receive);
  Write(connection, reply);
  return reply.status;
}

// Responds to a request that is not valid HTTP. CivetWeb's own response has a date from gmtime, which is not
// thread-safe.
int HandleError(mg_connection* connection, int status, const char* /*error*/) {
  Write(connection, {status, "the request is not valid HTTP, or did not arrive in time"});
  return 0;
}

int DiscardMessage(const mg_connection* /*connection*/, const char* /*message*/) {
  return 1;
}

void* LowerPriority(const mg_context* /*context*/, int /*thread_type*/) {
  // On Linux, 0 is the calling thread. Without the lower priority the server works nevertheless.
  setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + kNiceIncrement);
  return nullptr;
}

}  // namespace

class WebhookServer::Impl {
 public:
  Impl(const std::string& listen, ReceiveWebhook& receive) {
    const std::string threads = StrCat(kThreads);
    const std::array<const char*, 13> options = {"listening_ports", listen.c_str(), "num_threads",
                                                 threads.c_str(), "connection_queue", threads.c_str(),
                                                 // Timeout of each read and write.
                                                 "request_timeout_ms", "2000", "max_request_size", "8192",
                                                 "enable_keep_alive", "no", nullptr};
    mg_callbacks callbacks{};
    callbacks.begin_request = &HandleRequest;
    callbacks.http_error = &HandleError;
    callbacks.log_message = &DiscardMessage;
    callbacks.init_thread = &LowerPriority;
    // CivetWeb does not change the options.
    context_ = mg_start(&callbacks, &receive, const_cast<const char**>(options.data()));
  }
  ~Impl() {
    if (context_ != nullptr) mg_stop(context_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  bool listens() const { return context_ != nullptr; }
  int port() const {
    mg_server_port port{};
    return mg_get_server_ports(context_, 1, &port) == 1 ? port.port : 0;
  }

 private:
  mg_context* context_ = nullptr;
};

absl::StatusOr<std::unique_ptr<WebhookServer>> WebhookServer::Start(const std::string& listen,
                                                                    ReceiveWebhook& receive) {
  auto impl = std::make_unique<Impl>(listen, receive);
  // CivetWeb does not report why listening failed.
  if (!impl->listens()) {
    return absl::UnavailableError(StrCat("payments.webhooks.listen: can't listen on ", listen));
  }
  return std::unique_ptr<WebhookServer>(new WebhookServer(std::move(impl)));
}

WebhookServer::WebhookServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

WebhookServer::~WebhookServer() = default;

int WebhookServer::port() const {
  return impl_->port();
}

}  // namespace keelson
