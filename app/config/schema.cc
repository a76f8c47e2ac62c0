#include "app/config/schema.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "app/config/adapter_sections.h"
#include "app/config/email_checks.h"
#include "core/common/nearest.h"
#include "core/common/strings.h"

// Creates a MemberRef that refers to the named member of Config.
#define KEELSON_MEMBER(member) \
  MemberRef(MemberOf<decltype(Config::member)>([](Config & c) -> auto& { return c.member; }))

namespace keelson {
namespace {

template <typename T>
void Append(std::vector<T> more, std::vector<T>& all) {
  std::ranges::move(more, std::back_inserter(all));
}

std::vector<Key> ServerKeys() {
  return {
      {"server.listen", KEELSON_MEMBER(server.listen),
       "gRPC listen address, HOST:PORT; port 0: any free port; an address other than loopback requires TLS "
       "and auth, or server.insecure = true"},
      {"server.health_listen", KEELSON_MEMBER(server.health_listen),
       "plaintext listen address, HOST:PORT, that serves only grpc.health.v1, for probes without a client "
       "certificate; empty: none"},
      {"server.insecure", KEELSON_MEMBER(server.insecure),
       "allow a listen address other than loopback without TLS and auth; only behind a proxy or in a closed "
       "network"},
      {"server.reflection", KEELSON_MEMBER(server.reflection), "serve the gRPC reflection service"},
      {"server.drain", KEELSON_MEMBER(server.drain),
       "how long a graceful shutdown waits for in-flight calls before it cancels them", "0s", "1h"},
      {"server.default_deadline", KEELSON_MEMBER(server.default_deadline),
       "longest deadline of a call, and the deadline of calls whose client sets none; imports: longest "
       "wait for each record, and longest time of each batch",
       "1ms", "1h"},
      {"server.max_receive", KEELSON_MEMBER(server.max_receive), "maximum size of a request message", "1KiB",
       "64MiB"},
      {"server.workers", KEELSON_MEMBER(server.workers),
       "maximum number of threads for calls that block, such as on a commit or a password hash", "1", "4096"},
      {"server.queue", KEELSON_MEMBER(server.queue),
       "maximum number of calls that queue for a worker thread; further calls fail with RESOURCE_EXHAUSTED "
       "(OVERLOADED)",
       "1", "1000000"},
      {"server.tls.cert", KEELSON_MEMBER(server.tls.cert),
       "PEM file with the server's certificate chain, leaf certificate first; empty: no TLS; the three files "
       "of this section are reloaded when they change"},
      {"server.tls.key", KEELSON_MEMBER(server.tls.key), "PEM file with the private key of server.tls.cert"},
      {"server.tls.client_ca", KEELSON_MEMBER(server.tls.client_ca),
       "PEM file with the CA certificates that client certificates are verified against; empty: clients need "
       "no certificate"},
  };
}

std::vector<Key> AuthKeys() {
  return {
      {.name = "auth.mode",
       .member = KEELSON_MEMBER(auth.mode),
       .description = "how callers are authenticated",
       .choices = {"none", "token", "mtls"}},
      {.name = "auth.clients",
       .member = KEELSON_MEMBER(auth.clients),
       .description = "clients that may call in mode token or mtls; default: none",
       .reloads = true},
  };
}

std::vector<Key> StoreKeys(const AdapterTable& adapters) {
  return {
      {.name = "store.adapter",
       .member = KEELSON_MEMBER(store.adapter),
       .description = "database of the service",
       .choices = NamesOf(adapters.stores)},
      {"store.migrate", KEELSON_MEMBER(store.migrate),
       "apply pending schema migrations at startup; false: fail if a migration is pending"},
  };
}

std::vector<Key> EmailKeys(const AdapterTable& adapters) {
  return {
      {"email.from", KEELSON_MEMBER(email.from), "sender of every message (From header): NAME <ADDRESS>"},
      {"email.product_name", KEELSON_MEMBER(email.product_name),
       "product name in messages; empty: the display name in email.from, or else the domain in email.from"},
      {.name = "email.providers",
       .member = KEELSON_MEMBER(email.providers),
       .description = "e-mail providers in failover order",
       .choices = NamesOf(adapters.email_providers)},
      {"email.templates", KEELSON_MEMBER(email.templates),
       "directory of LOCALE/NAME.{subject,txt,html} files that override the built-in templates; empty: none"},
      {"email.link_base", KEELSON_MEMBER(email.link_base),
       "base URL of the links in messages, without a trailing slash"},
  };
}

std::vector<Key> EmailSendingKeys() {
  return {
      {"email.dispatch.concurrency", KEELSON_MEMBER(email.dispatch.concurrency),
       "maximum number of messages sent concurrently per provider", "1", "256"},
      {"email.dispatch.rate", KEELSON_MEMBER(email.dispatch.rate),
       "maximum number of messages per second that each instance sends to one provider; 0: unlimited", "0",
       "100000"},
      {"email.dispatch.poll", KEELSON_MEMBER(email.dispatch.poll), "poll interval while the outbox is empty",
       "10ms", "1h"},
      {"email.dispatch.timeout", KEELSON_MEMBER(email.dispatch.timeout),
       "timeout of one send attempt; SMTP waits 10 more minutes for the response to the message body",
       "100ms", "1h"},
      {"email.dispatch.lease", KEELSON_MEMBER(email.dispatch.lease),
       "lease on claimed messages: after a crash, another instance sends them once the lease expires; must "
       "be longer than timeout",
       "1s", "24h"},
      {"email.dispatch.base_delay", KEELSON_MEMBER(email.dispatch.base_delay),
       "maximum delay before the first retry; doubles with each retry, with full jitter", "1ms", "24h"},
      {"email.dispatch.max_delay", KEELSON_MEMBER(email.dispatch.max_delay),
       "upper limit of the delay before any retry", "1ms", "168h"},
      {"email.dispatch.max_attempts", KEELSON_MEMBER(email.dispatch.max_attempts),
       "number of failed attempts after which a message becomes DEAD", "1", "1000"},
      {"email.dispatch.retention", KEELSON_MEMBER(email.dispatch.retention),
       "how long SENT, DEAD and CANCELLED messages are kept before they are deleted", "1h", "87600h"},
  };
}

using CircuitOf = CircuitPolicy& (*)(Config&);

CircuitPolicy& EmailCircuit(Config& config) {
  return config.email.circuit;
}

CircuitPolicy& PaymentsCircuit(Config& config) {
  return config.payments.settlement.circuit;
}

// Returns the keys of `section`, which sets the policy that `circuit` returns.
std::vector<Key> CircuitKeys(const std::string& section, CircuitOf circuit) {
  const auto member = [circuit]<typename T>(T CircuitPolicy::*setting) {
    return MemberRef(
        MemberOf<T>([circuit, setting](Config& config) -> T& { return circuit(config).*setting; }));
  };
  return {
      {section + ".window", member(&CircuitPolicy::window),
       "number of a provider's latest calls from which the circuit breaker computes the failure ratio", "1",
       "10000"},
      {section + ".min_calls", member(&CircuitPolicy::min_calls),
       "minimum number of calls in the window before the circuit breaker can open", "1", "10000"},
      {section + ".failure_ratio", member(&CircuitPolicy::failure_ratio),
       "failure ratio, as a fraction of 1, at which the circuit breaker opens", "0.01", "1"},
      {section + ".open", member(&CircuitPolicy::open),
       "how long the circuit breaker stays open before its first probe; doubles after each failed probe, up "
       "to max_open",
       "1ms", "24h"},
      {section + ".max_open", member(&CircuitPolicy::max_open), "maximum time between two probes", "1ms",
       "24h"},
      {section + ".probes", member(&CircuitPolicy::probes),
       "number of successful probes that close the circuit breaker", "1", "1000"},
  };
}

std::vector<Key> PaymentsKeys(const AdapterTable& adapters) {
  return {
      {.name = "payments.providers",
       .member = KEELSON_MEMBER(payments.providers),
       .description = "payment providers; a refund goes to the provider that received the payment, and the "
                      "first one is the default of PayOrder and of imports",
       .choices = NamesOf(adapters.payment_providers)},
      {.name = "payments.provider",
       .member = KEELSON_MEMBER(payments.provider),
       .description = "former key with the only payment provider",
       .choices = NamesOf(adapters.payment_providers),
       .replaced_by = "payments.providers"},
      {"payments.shared_references", KEELSON_MEMBER(payments.shared_references),
       "whether one provider reference may be recorded for several payments, such as the number of a cash "
       "register; false: PayOrder and imports reject a reference that has paid before"},
      {"payments.concurrency", KEELSON_MEMBER(payments.settlement.concurrency),
       "maximum number of concurrent calls per provider", "1", "256"},
      {"payments.rate", KEELSON_MEMBER(payments.settlement.rate),
       "maximum number of calls per second that each instance makes to one provider; 0: unlimited", "0",
       "100000"},
      {"payments.poll", KEELSON_MEMBER(payments.poll),
       "poll interval while no refund is waiting for settlement", "10ms", "1h"},
      {"payments.timeout", KEELSON_MEMBER(payments.settlement.timeout),
       "timeout of one call; a call that times out may have paid, so that it is repeated with the same "
       "idempotency key",
       "100ms", "1h"},
      {"payments.lease", KEELSON_MEMBER(payments.settlement.lease),
       "lease on claimed refunds: after a crash, another instance continues once the lease expires; must be "
       "longer than timeout",
       "1s", "24h"},
      {"payments.base_delay", KEELSON_MEMBER(payments.settlement.base_delay),
       "maximum delay before a call whose outcome is unknown is first repeated; doubles with each attempt, "
       "with full jitter",
       "1ms", "24h"},
      {"payments.max_delay", KEELSON_MEMBER(payments.settlement.max_delay),
       "upper limit of the delay before any repeat", "1ms", "168h"},
      {"payments.pending_interval", KEELSON_MEMBER(payments.settlement.pending_interval),
       "time until a provider that accepted a refund is first asked for its result; doubles with each "
       "attempt",
       "10ms", "24h"},
      {"payments.max_pending_interval", KEELSON_MEMBER(payments.settlement.max_pending_interval),
       "upper limit of the time between two questions for the result", "10ms", "168h"},
  };
}

std::vector<Key> PaymentsServiceKeys() {
  return {
      {"payments.webhooks.listen", KEELSON_MEMBER(payments.webhooks.listen),
       "HOST:PORT that receives webhooks of payment providers at /webhooks/PROVIDER over plain HTTP; needs a "
       "proxy that terminates TLS, and the webhook key of a provider; empty: none"},
      {"payments.reconcile.interval", KEELSON_MEMBER(payments.reconcile.interval),
       "time between two comparisons of the refunds with their payment providers; each instance compares; "
       "0s: "
       "none",
       "0s", "8760h"},
      {"payments.reconcile.window", KEELSON_MEMBER(payments.reconcile.window),
       "settled refunds that were created within this time are compared, and every PROCESSING refund", "0s",
       "87600h"},
  };
}

std::vector<Key> AccountsKeys() {
  return {
      {"accounts.verification_ttl", KEELSON_MEMBER(accounts.verification_ttl),
       "lifetime of a link that verifies or changes an address", "1m", "8760h"},
      {"accounts.reset_ttl", KEELSON_MEMBER(accounts.reset_ttl), "lifetime of a password reset link", "1m",
       "8760h"},
      {"accounts.resend_cooldown", KEELSON_MEMBER(accounts.resend_cooldown),
       "minimum interval between two messages of one template to one address, for messages that anyone can "
       "trigger",
       "0s", "24h"},
      {"accounts.retention", KEELSON_MEMBER(accounts.retention),
       "how long a deleted account is kept before its personal data is erased", "0s", "87600h"},
      {"accounts.conceal_existing_email", KEELSON_MEMBER(accounts.conceal_existing_email),
       "return the response of a successful registration for an address that is already registered, so that "
       "callers cannot test whether an account exists; set require_verified_email, too: otherwise a sign-in "
       "with the new password tests it"},
      {"accounts.require_verified_email", KEELSON_MEMBER(sessions.require_verified_email),
       "reject the sign-in of an account whose e-mail address is not verified"},
  };
}

std::vector<Key> SecretsKeys() {
  return {
      {"passwords.min_length", KEELSON_MEMBER(passwords.min_length), "minimum length in characters", "8",
       "64"},
      {"passwords.argon2_memory", KEELSON_MEMBER(passwords.argon2_memory),
       "memory of one Argon2id hash; at least 8KiB per lane (argon2_parallelism)", "8KiB", "512MiB"},
      {"passwords.argon2_iterations", KEELSON_MEMBER(passwords.argon2_iterations),
       "number of Argon2id passes over the memory", "1", "10"},
      {"passwords.argon2_parallelism", KEELSON_MEMBER(passwords.argon2_parallelism),
       "number of Argon2id lanes of one hash", "1", "16"},
      {"passwords.memory_budget", KEELSON_MEMBER(passwords.memory_budget),
       "memory limit of all concurrent hashes together; at least argon2_memory", "8KiB", "64GiB"},
      {"passwords.queue", KEELSON_MEMBER(passwords.queue),
       "maximum number of calls that queue for a hash; further calls fail with RESOURCE_EXHAUSTED "
       "(OVERLOADED)",
       "1", "100000"},
      {"sessions.access_ttl", KEELSON_MEMBER(sessions.access_ttl), "lifetime of an access token", "1s",
       "8760h"},
      {"sessions.refresh_ttl", KEELSON_MEMBER(sessions.refresh_ttl),
       "lifetime of a session and its refresh tokens, from the sign-in; a refresh does not extend it", "1s",
       "87600h"},
      {"sessions.refresh_grace", KEELSON_MEMBER(sessions.refresh_grace),
       "how long after a refresh the used refresh token still returns the same new tokens, for a client that "
       "repeats the call; later use counts as theft and ends the session",
       "0s", "1h"},
      {"sessions.idle_ttl", KEELSON_MEMBER(sessions.idle_ttl),
       "a session that is not used for this time ends; 0s: off, otherwise at least 1m", "0s", "87600h"},
      {"sessions.max_per_user", KEELSON_MEMBER(sessions.max_per_user),
       "maximum number of sessions of a user; a further sign-in ends the oldest session", "1", "1000"},
  };
}

using TermsOf = std::function<RefundTerms&(Config&)>;

// Returns the keys of `section`, which sets the terms that `terms` returns.
std::vector<Key> RefundTermsKeys(const std::string& section, const TermsOf& terms) {
  const auto member = [&terms]<typename T>(T RefundTerms::*term) {
    return MemberRef(MemberOf<T>([terms, term](Config& config) -> T& { return terms(config).*term; }));
  };
  return {
      {.name = section + ".window",
       .member = member(&RefundTerms::window),
       .description = "how long after delivery an order can be refunded",
       .min = "1s",
       .max = "87600h",
       .reloads = true},
      {.name = section + ".states",
       .member = member(&RefundTerms::states),
       .description = "order states that allow a refund: pending, paid, shipped, delivered, cancelled",
       .reloads = true},
      {.name = section + ".partial",
       .member = member(&RefundTerms::partial),
       .description = "allow partial refunds; false: full refunds only",
       .reloads = true},
      {.name = section + ".max_per_order",
       .member = member(&RefundTerms::max_per_order),
       .description = "maximum number of refunds per order",
       .min = "1",
       .max = "1000",
       .reloads = true},
      {.name = section + ".approval_above",
       .member = member(&RefundTerms::approval_above),
       .description = "amount per currency in minor units, such as { EUR = 10000, JPY = 10000 }, above "
                      "which the refunds of an order need approval; other currencies need none",
       .reloads = true},
  };
}

// Returns the keys of [refunds.reasons.REASON], which inherit from the keys of [refunds].
std::vector<Key> RefundReasonKeys(RefundReason reason) {
  const std::string section =
      StrCat("refunds.reasons.", absl::AsciiStrToLower(ToAbsl(RefundReasonName(reason))));
  std::vector<Key> keys = RefundTermsKeys(section, [reason](Config& config) -> RefundTerms& {
    const RefundTerms& general = config.refunds;
    return config.refunds.by_reason.try_emplace(reason, general).first->second;
  });
  // DefaultRefundPolicy sets the states of these reasons, and nothing else.
  const bool has_states = DefaultRefundPolicy().by_reason.contains(reason);
  for (Key& key : keys) {
    if (key.leaf() != "states" || !has_states) key.inherits = StrCat("refunds.", key.leaf());
  }
  return keys;
}

std::vector<Key> RefundsKeys() {
  std::vector<Key> keys =
      RefundTermsKeys("refunds", [](Config& config) -> RefundTerms& { return config.refunds; });
  for (const RefundReason reason : kRefundReasons) Append(RefundReasonKeys(reason), keys);
  return keys;
}

std::vector<Key> TelemetryKeys() {
  return {
      {.name = "telemetry.log_level",
       .member = KEELSON_MEMBER(telemetry.log_level),
       .description = "minimum severity of log entries",
       .choices = {"debug", "info", "warning", "error"},
       .reloads = true},
      {.name = "telemetry.log_format",
       .member = KEELSON_MEMBER(telemetry.log_format),
       .description = "format of log entries",
       .choices = {"json", "text"}},
      {"telemetry.metrics_listen", KEELSON_MEMBER(telemetry.metrics_listen),
       "HOST:PORT that serves Prometheus metrics at /metrics; empty: none; if the port is in use, the "
       "service logs a warning and runs without metrics"},
      {"telemetry.otlp_endpoint", KEELSON_MEMBER(telemetry.otlp_endpoint),
       "base URL of an OpenTelemetry collector that receives traces by OTLP over HTTP, such as "
       "http://127.0.0.1:4318; empty: no traces"},
      {"telemetry.trace_ratio", KEELSON_MEMBER(telemetry.trace_ratio),
       "ratio of new traces that are exported; for a caller's trace, the caller decides", "0", "1"},
  };
}

}  // namespace

std::string_view Key::section() const {
  return std::string_view(name).substr(0, name.rfind('.'));
}

std::string_view Key::leaf() const {
  return std::string_view(name).substr(name.rfind('.') + 1);
}

Schema::Schema(const AdapterTable& adapters) {
  AddKeys(adapters);
  AddChecks(adapters);
}

void Schema::AddKeys(const AdapterTable& adapters) {
  Append(ServerKeys(), keys_);
  Append(AuthKeys(), keys_);
  Append(StoreKeys(adapters), keys_);
  Append(OfEachSection(kStorePort, adapters.stores, &SectionKeys), keys_);
  Append(EmailKeys(adapters), keys_);
  Append(OfEachSection(kEmailPort, adapters.email_providers, &SectionKeys), keys_);
  Append(EmailSendingKeys(), keys_);
  Append(CircuitKeys("email.circuit", &EmailCircuit), keys_);
  Append(PaymentsKeys(adapters), keys_);
  Append(OfEachSection(kPaymentsPort, adapters.payment_providers, &SectionKeys), keys_);
  Append(CircuitKeys("payments.circuit", &PaymentsCircuit), keys_);
  Append(PaymentsServiceKeys(), keys_);
  Append(AccountsKeys(), keys_);
  Append(SecretsKeys(), keys_);
  Append(RefundsKeys(), keys_);
  Append(TelemetryKeys(), keys_);
}

void Schema::AddChecks(const AdapterTable& adapters) {
  Append(ServerChecks(), checks_);
  Append(OfEachSection(kStorePort, adapters.stores, &SectionChecks), checks_);
  Append(SecretsChecks(), checks_);
  Append(TelemetryChecks(), checks_);
  Append(EmailChecks(adapters.email_providers), checks_);
  Append(OfEachSection(kEmailPort, adapters.email_providers, &SectionChecks), checks_);
  Append(EmailSendingChecks(), checks_);
  Append(PaymentsChecks(), checks_);
  Append(OfEachSection(kPaymentsPort, adapters.payment_providers, &SectionChecks), checks_);
  Append(OfEachSection(kStorePort, adapters.stores, &SectionMachineChecks), machine_checks_);
  Append(OfEachSection(kEmailPort, adapters.email_providers, &SectionMachineChecks), machine_checks_);
  Append(OfEachSection(kPaymentsPort, adapters.payment_providers, &SectionMachineChecks), machine_checks_);
}

const Key* Schema::Find(std::string_view name) const {
  const auto key = std::ranges::find(keys_, name, &Key::name);
  return key == keys_.end() ? nullptr : &*key;
}

bool Schema::HasSection(std::string_view name) const {
  const std::string prefix = StrCat(name, ".");
  return std::ranges::any_of(keys_, [&](const Key& key) { return key.name.starts_with(prefix); });
}

void Schema::Inherit(Config& config, absl::FunctionRef<bool(const Key&)> is_set) const {
  for (const Key& key : keys_) {
    if (key.inherits.empty() || is_set(key)) continue;
    std::visit(
        [&]<typename T>(const MemberOf<T>& member) {
          member(config) = std::get<MemberOf<T>>(Find(key.inherits)->member)(config);
        },
        key.member);
  }
}

bool Schema::FollowsAnotherKey(const Key& key, Config& config) const {
  if (key.inherits.empty()) return false;
  return std::visit(
      [&]<typename T>(const MemberOf<T>& member) {
        return member(config) == std::get<MemberOf<T>>(Find(key.inherits)->member)(config);
      },
      key.member);
}

std::string Schema::NearestTo(std::string_view name) const {
  std::vector<std::string> known;
  for (const Key& key : keys_) {
    if (!key.replaced_by.empty()) continue;
    known.push_back(key.name);
    std::string_view section = key.section();
    known.emplace_back(section);
    // The sections that contain the section.
    for (std::size_t dot = section.rfind('.'); dot != std::string_view::npos; dot = section.rfind('.')) {
      section = section.substr(0, dot);
      known.emplace_back(section);
    }
  }
  return Nearest(name, known);
}

std::string EnvironmentName(const Key& key) {
  return StrCat("KEELSON_", absl::AsciiStrToUpper(absl::StrReplaceAll(key.name, {{".", "__"}})));
}

}  // namespace keelson
