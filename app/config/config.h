// The typed configuration. The initial value of a member is the default of its key. Names, descriptions and
// bounds of the keys are in schema.cc; the keys of the adapters are in their descriptors.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "adapters/support/descriptors/config_section.h"
#include "app/config/size.h"
#include "core/common/circuit_breaker.h"
#include "core/refunds/reconciliation_policy.h"
#include "core/refunds/refund_policy.h"
#include "core/refunds/settlement_policy.h"
#include "core/sessions/session_policy.h"

namespace keelson {

struct TlsConfig {
  // Paths of PEM files; empty: not configured.
  std::string cert;
  std::string key;
  std::string client_ca;
};

struct ServerConfig {
  std::string listen = "127.0.0.1:50051";
  // Empty: no separate health port.
  std::string health_listen;
  bool insecure = false;
  bool reflection = true;
  absl::Duration drain = absl::Seconds(10);
  absl::Duration default_deadline = absl::Seconds(10);
  ByteSize max_receive = MiB(1);
  int workers = 128;
  int queue = 1024;
  TlsConfig tls;
};

struct AuthClient {
  std::string name = {};
  // SHA-256 of the bearer token, 64 hexadecimal digits; empty if the client has no token.
  std::string token_sha256 = {};
  std::string certificate_name = {};
  std::vector<std::string> roles = {};

  bool operator==(const AuthClient&) const = default;
};

struct AuthConfig {
  // "none", "token" or "mtls".
  std::string mode = "none";
  std::vector<AuthClient> clients;
};

struct StoreConfig {
  // The name of the selected store adapter.
  std::string adapter = "sqlite";
  bool migrate = true;
};

struct DispatchConfig {
  int concurrency = 4;
  int rate = 0;
  absl::Duration poll = absl::Milliseconds(500);
  absl::Duration timeout = absl::Seconds(30);
  absl::Duration lease = absl::Minutes(2);
  absl::Duration base_delay = absl::Seconds(2);
  absl::Duration max_delay = absl::Minutes(15);
  int max_attempts = 12;
  absl::Duration retention = absl::Hours(720);
};

struct EmailConfig {
  std::string from = "Keelson <no-reply@example.com>";
  // If empty, ProductName() derives the name from `from`.
  std::string product_name;
  // The names of the selected providers, in failover order.
  std::vector<std::string> providers = {"file"};
  std::string templates;
  std::string link_base = "http://localhost:3000";
  DispatchConfig dispatch;
  CircuitPolicy circuit;
};

struct WebhooksConfig {
  // Empty: no webhooks.
  std::string listen;
};

struct PaymentsConfig {
  // The names of the selected providers; the first one is the default of PayOrder.
  std::vector<std::string> providers = {"recorded"};
  // The former key with the only provider; LoadConfig moves its value to `providers`.
  std::string provider;
  bool shared_references = false;
  absl::Duration poll = absl::Milliseconds(500);
  SettlementPolicy settlement;
  WebhooksConfig webhooks;
  ReconciliationPolicy reconcile;
};

struct AccountsConfig {
  absl::Duration verification_ttl = absl::Hours(24);
  absl::Duration reset_ttl = absl::Hours(1);
  absl::Duration resend_cooldown = absl::Minutes(1);
  absl::Duration retention = absl::Hours(720);
  bool conceal_existing_email = false;
};

struct PasswordsConfig {
  int min_length = 8;
  ByteSize argon2_memory = MiB(19);
  int argon2_iterations = 2;
  int argon2_parallelism = 1;
  ByteSize memory_budget = MiB(256);
  int queue = 64;
};

struct TelemetryConfig {
  // "debug", "info", "warning" or "error".
  std::string log_level = "info";
  // "json" or "text".
  std::string log_format = "json";
  std::string metrics_listen = "127.0.0.1:9464";
  std::string otlp_endpoint;
  // From 0 to 1.
  double trace_ratio = 0.01;
};

struct Config {
  ServerConfig server;
  AuthConfig auth;
  StoreConfig store;
  EmailConfig email;
  PaymentsConfig payments;
  AccountsConfig accounts;
  PasswordsConfig passwords;
  // The keys of [sessions], and accounts.require_verified_email.
  SessionPolicy sessions;
  RefundPolicy refunds = DefaultRefundPolicy();
  TelemetryConfig telemetry;
  // The settings of each adapter, by the name of its section, such as "store.sqlite". An adapter without an
  // entry has its default settings.
  std::map<std::string, AdapterSettings, std::less<>> adapters;
};

}  // namespace keelson
