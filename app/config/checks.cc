#include "app/config/checks.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "app/config/config_errors.h"
#include "core/common/context.h"
#include "core/common/host_name.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

bool IsHostAndPort(std::string_view listen) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view host = listen.substr(0, colon);
  const std::string_view port = listen.substr(colon + 1);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  std::uint32_t number = 0;
  return (bracketed || host.find(':') == std::string_view::npos) && !port.empty() &&
         std::ranges::all_of(port, absl::ascii_isdigit) && absl::SimpleAtoi(ToAbsl(port), &number) &&
         number <= 65535;
}

ConfigErrors ListenForm(const Config& config) {
  return Require(IsHostAndPort(config.server.listen), "must be HOST:PORT");
}

ConfigErrors HealthListenForm(const Config& config) {
  const ServerConfig& server = config.server;
  if (server.health_listen.empty()) return {};
  if (!IsHostAndPort(server.health_listen)) return {"must be HOST:PORT or empty"};
  const bool shared = server.health_listen == server.listen && !server.listen.ends_with(":0");
  return Require(!shared, "must not be the address of server.listen");
}

ConfigErrors MetricsListenForm(const Config& config) {
  const std::string& listen = config.telemetry.metrics_listen;
  return Require(listen.empty() || IsHostAndPort(listen), "must be HOST:PORT or empty");
}

ConfigErrors OtlpEndpointForm(const Config& config) {
  const std::string& endpoint = config.telemetry.otlp_endpoint;
  return Require(endpoint.empty() || endpoint.starts_with("http://") || endpoint.starts_with("https://"),
                 "must begin with http:// or https://, or be empty");
}

ConfigErrors WebhooksListenForm(const Config& config) {
  const std::string& listen = config.payments.webhooks.listen;
  return Require(listen.empty() || IsHostAndPort(listen), "must be HOST:PORT or empty");
}

ConfigErrors ListenIsGuarded(const Config& config) {
  const ServerConfig& server = config.server;
  const bool guarded = !server.tls.cert.empty() && config.auth.mode != "none";
  // An address that is not HOST:PORT is reported by ListenForm.
  const bool well_formed = IsHostAndPort(server.listen);
  return Require(
      !well_formed || IsLoopback(server.listen) || guarded || server.insecure,
      "is not a loopback address: set server.tls.cert and auth.mode, or set server.insecure = true");
}

ConfigErrors TlsIsWhole(const Config& config) {
  const TlsConfig& tls = config.server.tls;
  return Require(tls.cert.empty() == tls.key.empty(), "and server.tls.key must be given together");
}

ConfigErrors ClientCaNeedsTls(const Config& config) {
  const TlsConfig& tls = config.server.tls;
  return Require(tls.client_ca.empty() || !tls.cert.empty(), "needs server.tls.cert and server.tls.key");
}

ConfigErrors MtlsNeedsClientCa(const Config& config) {
  return Require(config.auth.mode != "mtls" || !config.server.tls.client_ca.empty(),
                 "mtls needs server.tls.client_ca");
}

ConfigErrors ModeHasClients(const Config& config) {
  return Require(config.auth.mode == "none" || !config.auth.clients.empty(),
                 StrCat(config.auth.mode, " needs at least one [[auth.clients]]"));
}

bool IsSha256(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, absl::ascii_isxdigit);
}

// Returns the first error of a client, without comparing it with other clients; empty if the client is valid.
std::string ClientError(const AuthClient& client, std::string_view mode) {
  if (client.name.empty()) return "must have a name";
  // Other callers have these names: SELF_APPROVAL is not judged for kAnonymous.
  if (client.name == kAnonymous || client.name == kSystem)
    return StrCat("must not have the reserved name ", client.name);
  if (client.roles.empty()) return "must have roles";
  if (!client.token_sha256.empty() && !IsSha256(client.token_sha256)) {
    return "must have a token_sha256 of 64 hexadecimal digits";
  }
  if (mode == "token" && client.token_sha256.empty())
    return "must have a token_sha256, because auth.mode is token";
  if (mode == "mtls" && client.certificate_name.empty())
    return "must have a certificate_name, because auth.mode is mtls";
  return "";
}

ConfigErrors ClientsAreWhole(const Config& config) {
  ConfigErrors errors;
  for (std::size_t i = 0; i < config.auth.clients.size(); ++i) {
    const std::string error = ClientError(config.auth.clients[i], config.auth.mode);
    if (!error.empty()) errors.push_back(StrCat("number ", i + 1, " ", error));
  }
  return errors;
}

ConfigErrors ClientsDiffer(const Config& config) {
  ConfigErrors errors;
  std::set<std::string> names, tokens, certificates;
  const auto once = [](std::set<std::string>& seen, const std::string& value) {
    return value.empty() || seen.insert(absl::AsciiStrToLower(value)).second;
  };
  for (std::size_t i = 0; i < config.auth.clients.size(); ++i) {
    const AuthClient& client = config.auth.clients[i];
    const std::string number = StrCat("number ", i + 1, " must not have the ");
    if (!once(names, client.name)) errors.push_back(number + "name of an earlier client");
    if (!once(tokens, client.token_sha256)) errors.push_back(number + "token_sha256 of an earlier client");
    if (!once(certificates, client.certificate_name)) {
      errors.push_back(number + "certificate_name of an earlier client");
    }
  }
  return errors;
}

ConfigErrors MemoryHoldsLanes(const Config& config) {
  const PasswordsConfig& passwords = config.passwords;
  return Require(passwords.argon2_memory >= KiB(8 * std::int64_t{passwords.argon2_parallelism}),
                 "must be at least 8KiB for each lane (passwords.argon2_parallelism)");
}

ConfigErrors BudgetHoldsAHash(const Config& config) {
  return Require(config.passwords.memory_budget >= config.passwords.argon2_memory,
                 "must not be less than passwords.argon2_memory");
}

ConfigErrors RefreshOutlastsAccess(const Config& config) {
  return Require(config.sessions.refresh_ttl >= config.sessions.access_ttl,
                 "must not be shorter than sessions.access_ttl");
}

ConfigErrors AccessOutlastsGrace(const Config& config) {
  return Require(config.sessions.refresh_grace <= config.sessions.access_ttl,
                 "must not be longer than sessions.access_ttl");
}

// The uses of a session are saved every few seconds.
ConfigErrors IdleTtlIsObservable(const Config& config) {
  const absl::Duration idle_ttl = config.sessions.idle_ttl;
  return Require(idle_ttl == absl::ZeroDuration() || idle_ttl >= absl::Minutes(1),
                 "must be 0s or at least 1m");
}

ConfigErrors PaymentLeaseOutlastsTimeout(const Config& config) {
  const SettlementPolicy& settlement = config.payments.settlement;
  return Require(settlement.lease > settlement.timeout, "must be longer than payments.timeout");
}

ConfigErrors RepeatDelaysAreOrdered(const Config& config) {
  const SettlementPolicy& settlement = config.payments.settlement;
  return Require(settlement.max_delay >= settlement.base_delay,
                 "must not be shorter than payments.base_delay");
}

ConfigErrors PendingIntervalsAreOrdered(const Config& config) {
  const SettlementPolicy& settlement = config.payments.settlement;
  return Require(settlement.max_pending_interval >= settlement.pending_interval,
                 "must not be shorter than payments.pending_interval");
}

const CircuitPolicy& CircuitOfPayments(const Config& config) {
  return config.payments.settlement.circuit;
}

}  // namespace

std::vector<ConfigCheck> ServerChecks() {
  return {
      {{"server.listen"}, &ListenForm},
      {{"server.health_listen", "server.listen"}, &HealthListenForm},
      {{"server.listen", "server.insecure", "server.tls.cert", "auth.mode"}, &ListenIsGuarded},
      {{"server.tls.cert", "server.tls.key"}, &TlsIsWhole},
      {{"server.tls.client_ca", "server.tls.cert"}, &ClientCaNeedsTls},
      {{"auth.mode", "server.tls.client_ca"}, &MtlsNeedsClientCa},
      {{"auth.mode", "auth.clients"}, &ModeHasClients},
      {{"auth.clients", "auth.mode"}, &ClientsAreWhole},
      {{"auth.clients"}, &ClientsDiffer},
  };
}

std::vector<ConfigCheck> SecretsChecks() {
  return {
      {{"passwords.argon2_memory", "passwords.argon2_parallelism"}, &MemoryHoldsLanes},
      {{"passwords.memory_budget", "passwords.argon2_memory"}, &BudgetHoldsAHash},
      {{"sessions.refresh_ttl", "sessions.access_ttl"}, &RefreshOutlastsAccess},
      {{"sessions.refresh_grace", "sessions.access_ttl"}, &AccessOutlastsGrace},
      {{"sessions.idle_ttl"}, &IdleTtlIsObservable},
  };
}

std::vector<ConfigCheck> TelemetryChecks() {
  return {{{"telemetry.metrics_listen"}, &MetricsListenForm},
          {{"telemetry.otlp_endpoint"}, &OtlpEndpointForm}};
}

std::vector<ConfigCheck> PaymentsChecks() {
  std::vector<ConfigCheck> checks = {
      {{"payments.lease", "payments.timeout"}, &PaymentLeaseOutlastsTimeout},
      {{"payments.max_delay", "payments.base_delay"}, &RepeatDelaysAreOrdered},
      {{"payments.max_pending_interval", "payments.pending_interval"}, &PendingIntervalsAreOrdered},
      {{"payments.webhooks.listen"}, &WebhooksListenForm},
  };
  std::ranges::move(CircuitChecks("payments.circuit", &CircuitOfPayments), std::back_inserter(checks));
  return checks;
}

std::vector<ConfigCheck> CircuitChecks(const std::string& section,
                                       const CircuitPolicy& (*circuit)(const Config&)) {
  return {
      {{section + ".min_calls", section + ".window"},
       [section, circuit](const Config& config) {
         return Require(circuit(config).min_calls <= circuit(config).window,
                        StrCat("must not be more than ", section, ".window"));
       }},
      {{section + ".max_open", section + ".open"},
       [section, circuit](const Config& config) {
         return Require(circuit(config).max_open >= circuit(config).open,
                        StrCat("must not be shorter than ", section, ".open"));
       }},
  };
}

std::vector<std::string> CheckConfig(const std::vector<ConfigCheck>& checks, const Config& config) {
  std::vector<std::string> errors;
  for (const ConfigCheck& check : checks) {
    for (const std::string& error : check.find_errors(config)) {
      errors.push_back(StrCat(check.keys[0], " ", error));
    }
  }
  return errors;
}

bool IsLoopback(std::string_view listen) {
  return IsLoopbackHost(listen.substr(0, listen.rfind(':')));
}

}  // namespace keelson
