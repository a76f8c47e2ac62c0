// The sender of webhooks to a service with payments.webhooks.listen.
#pragma once

#include <cstdint>
#include <string>

#include "tests/e2e/support/service_process.h"

namespace keelson::e2e {

inline constexpr char kSandboxSecret[] = "sandbox-secret-0123456789";

// Settings of a service that receives webhooks of the sandbox on a free port.
std::vector<std::string> WebhookSettings();
// Returns the port on which the service receives webhooks.
int WebhookPort(const ServiceProcess& service);
// Returns the body of a webhook of the sandbox.
std::string SandboxEvent(const std::string& event_id, const std::string& refund_id);
// Returns the header value that signs the body at the Unix time `seconds`.
std::string SandboxSignature(const std::string& body, std::int64_t seconds,
                             const std::string& secret = kSandboxSecret);
// Returns the Unix time in seconds.
std::int64_t UnixSeconds();
// Sends bytes to the port, and returns what the server sends until it closes the connection; empty if there
// is no server. Checks nothing, so that any thread may call it.
std::string SendBytes(int port, const std::string& bytes);
// Posts the body to /webhooks/sandbox and returns the status code; 0 without a response.
int PostWebhook(int port, const std::string& body, const std::string& signature);

}  // namespace keelson::e2e
