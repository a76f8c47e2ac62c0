#include "app/config/schema.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "adapters/support/http/api_settings.h"
#include "app/config/adapter_sections.h"
#include "app/config/email_checks.h"
#include "core/common/nearest.h"
#include "core/common/strings.h"

// The member of Config that holds the key's value.
#define KEELSON_MEMBER(member) \
  MemberRef(MemberOf<decltype(Config::member)>([](Config & c) -> auto& { return c.member; }))

namespace keelson {
namespace {

std::vector<Key> ServerKeys() {
  return {
      {"server.listen", KEELSON_MEMBER(server.listen),
       "where gRPC is served: HOST:PORT (port 0: any free one); off the loopback it needs tls "
       "and "
       "auth, unless insecure"},
      {"server.health_listen", KEELSON_MEMBER(server.health_listen),
       "where grpc.health.v1 alone is served in the clear, for probes that have no certificate: HOST:PORT; "
       "empty: nowhere"},
      {"server.insecure", KEELSON_MEMBER(server.insecure),
       "serve off the loopback without tls and auth: behind a proxy or in a closed network"},
      {"server.reflection", KEELSON_MEMBER(server.reflection), "answer gRPC server reflection"},
      {"server.drain", KEELSON_MEMBER(server.drain), "how long calls under way may take to end at a shutdown",
       "0s", "1h"},
      {"server.default_deadline", KEELSON_MEMBER(server.default_deadline), "for calls that come without one",
       "1ms", "1h"},
      {"server.max_receive", KEELSON_MEMBER(server.max_receive), "the largest request", "1KiB", "64MiB"},
      {"server.workers", KEELSON_MEMBER(server.workers), "threads for calls that wait (a commit, a hash)",
       "1", "4096"},
      {"server.queue", KEELSON_MEMBER(server.queue),
       "calls that may wait for a worker; beyond it they are answered OVERLOADED", "1", "1000000"},
      {"server.tls.cert", KEELSON_MEMBER(server.tls.cert),
       "PEM file of the certificate chain, the server's own first; this file and the next two are reloaded "
       "when they change; empty: no tls"},
      {"server.tls.key", KEELSON_MEMBER(server.tls.key), "PEM file of the private key"},
      {"server.tls.client_ca", KEELSON_MEMBER(server.tls.client_ca),
       "PEM file of the authority whose certificates clients must present; empty: none asked for"},
  };
}

std::vector<Key> AuthKeys() {
  return {
      {.name = "auth.mode",
       .member = KEELSON_MEMBER(auth.mode),
       .description = "how callers are told apart",
       .choices = {"none", "token", "mtls"}},
      {.name = "auth.clients",
       .member = KEELSON_MEMBER(auth.clients),
       .description = "the callers that modes token and mtls let in; none by default",
       .reloads = true},
  };
}

std::vector<Key> StoreKeys(const AdapterTable& adapters) {
  return {
      {.name = "store.adapter",
       .member = KEELSON_MEMBER(store.adapter),
       .description = "where everything is kept",
       .choices = NamesOf(adapters.stores)},
      {"store.migrate", KEELSON_MEMBER(store.migrate), "bring the schema up to date at start"},
  };
}

std::vector<Key> EmailKeys(const AdapterTable& adapters) {
  return {
      {"email.from", KEELSON_MEMBER(email.from), "the sender of every message"},
      {"email.product_name", KEELSON_MEMBER(email.product_name),
       "the product's name in messages; empty: the name in email.from, or else its domain"},
      {.name = "email.providers",
       .member = KEELSON_MEMBER(email.providers),
       .description = "who sends, in failover order",
       .choices = NamesOf(adapters.email_providers)},
      {"email.templates", KEELSON_MEMBER(email.templates),
       "a folder that overrides the built-in templates by LOCALE/NAME.{subject,txt,html}; empty: none"},
      {"email.link_base", KEELSON_MEMBER(email.link_base), "what the links in messages begin with"},
  };
}

std::vector<Key> EmailSendingKeys() {
  return {
      {"email.dispatch.concurrency", KEELSON_MEMBER(email.dispatch.concurrency),
       "messages under way at once, per provider", "1", "256"},
      {"email.dispatch.rate", KEELSON_MEMBER(email.dispatch.rate),
       "the most messages a second that a process hands to a provider; 0: no bound", "0", "100000"},
      {"email.dispatch.poll", KEELSON_MEMBER(email.dispatch.poll), "between two looks into an empty outbox",
       "10ms", "1h"},
      {"email.dispatch.timeout", KEELSON_MEMBER(email.dispatch.timeout),
       "for one attempt; SMTP's final dot has ten minutes of its own", "100ms", "1h"},
      {"email.dispatch.lease", KEELSON_MEMBER(email.dispatch.lease),
       "how long a killed sender's messages wait for another; longer than timeout", "1s", "24h"},
      {"email.dispatch.base_delay", KEELSON_MEMBER(email.dispatch.base_delay),
       "the first retry's bound; it doubles, with full jitter", "1ms", "24h"},
      {"email.dispatch.max_delay", KEELSON_MEMBER(email.dispatch.max_delay), "the bound of every retry",
       "1ms", "168h"},
      {"email.dispatch.max_attempts", KEELSON_MEMBER(email.dispatch.max_attempts),
       "after so many a message is dead", "1", "1000"},
      {"email.dispatch.retention", KEELSON_MEMBER(email.dispatch.retention),
       "of sent, dead and cancelled messages", "1h", "87600h"},
      {"email.circuit.window", KEELSON_MEMBER(email.circuit.window),
       "a provider's last calls that are judged", "1", "10000"},
      {"email.circuit.min_calls", KEELSON_MEMBER(email.circuit.min_calls), "fewer are not judged", "1",
       "10000"},
      {"email.circuit.failure_ratio", KEELSON_MEMBER(email.circuit.failure_ratio),
       "the share of failures that opens the circuit", "0.01", "1"},
      {"email.circuit.open", KEELSON_MEMBER(email.circuit.open), "before it is probed; doubles to max_open",
       "1ms", "24h"},
      {"email.circuit.max_open", KEELSON_MEMBER(email.circuit.max_open), "the most between two probes", "1ms",
       "24h"},
      {"email.circuit.probes", KEELSON_MEMBER(email.circuit.probes), "successes that close it", "1", "1000"},
  };
}

std::vector<Key> PaymentsKeys(const AdapterTable& adapters) {
  return {
      {.name = "payments.provider",
       .member = KEELSON_MEMBER(payments.provider),
       .description = "who gives money back",
       .choices = NamesOf(adapters.payment_providers)},
      {"payments.poll", KEELSON_MEMBER(payments.poll), "between two looks for refunds to settle", "10ms",
       "1h"},
  };
}

// Reserved for the provider to come.
std::vector<Key> StripeKeys() {
  return {
      {.name = "payments.stripe.api_key",
       .member = KEELSON_MEMBER(payments.stripe.api_key),
       .description = kApiKeyDescription,
       .secret = true},
      {.name = "payments.stripe.base_url",
       .member = KEELSON_MEMBER(payments.stripe.base_url),
       .description = kBaseUrlDescription},
  };
}

std::vector<Key> AccountsKeys() {
  return {
      {"accounts.verification_ttl", KEELSON_MEMBER(accounts.verification_ttl),
       "how long a verification link works", "1m", "8760h"},
      {"accounts.reset_ttl", KEELSON_MEMBER(accounts.reset_ttl), "how long a password reset link works", "1m",
       "8760h"},
      {"accounts.resend_cooldown", KEELSON_MEMBER(accounts.resend_cooldown),
       "between two e-mails that anybody can have sent to an address", "0s", "24h"},
      {"accounts.retention", KEELSON_MEMBER(accounts.retention), "from deletion to erasure", "0s", "87600h"},
      {"accounts.conceal_existing_email", KEELSON_MEMBER(accounts.conceal_existing_email),
       "answer a registration with a taken address as if it had succeeded"},
  };
}

std::vector<Key> SecretsKeys() {
  return {
      {"passwords.min_length", KEELSON_MEMBER(passwords.min_length), "in characters", "8", "64"},
      {"passwords.argon2_memory", KEELSON_MEMBER(passwords.argon2_memory),
       "for one hash; 8KiB for each lane of parallelism at least", "8KiB", "512MiB"},
      {"passwords.argon2_iterations", KEELSON_MEMBER(passwords.argon2_iterations), "passes over it", "1",
       "10"},
      {"passwords.argon2_parallelism", KEELSON_MEMBER(passwords.argon2_parallelism), "lanes of one hash", "1",
       "16"},
      {"passwords.memory_budget", KEELSON_MEMBER(passwords.memory_budget),
       "for all hashes under way; one hash's memory at least", "8KiB", "64GiB"},
      {"passwords.queue", KEELSON_MEMBER(passwords.queue),
       "hashes that may wait for a slot; beyond it they are answered OVERLOADED", "1", "100000"},
      {"sessions.access_ttl", KEELSON_MEMBER(sessions.access_ttl), "how long an access token works", "1s",
       "8760h"},
      {"sessions.refresh_ttl", KEELSON_MEMBER(sessions.refresh_ttl), "how long a refresh token works", "1s",
       "87600h"},
      {"sessions.refresh_grace", KEELSON_MEMBER(sessions.refresh_grace),
       "how long a spent refresh token is taken for a repeat, not for theft", "0s", "1h"},
  };
}

std::vector<Key> RefundsKeys() {
  return {
      {"refunds.window", KEELSON_MEMBER(refunds.window), "after delivery", "1s", "87600h"},
      {"refunds.states", KEELSON_MEMBER(refunds.states),
       "the states of an order in which it can be refunded: pending, paid, shipped, delivered, cancelled"},
      {"refunds.partial", KEELSON_MEMBER(refunds.partial), "allow less than everything"},
      {"refunds.max_per_order", KEELSON_MEMBER(refunds.max_per_order), "refunds that one order may have", "1",
       "1000"},
      {"refunds.approval_above", KEELSON_MEMBER(refunds.approval_above),
       "minor units by currency, { EUR = 10000, JPY = 10000 }: a larger refund waits for approval; other "
       "currencies need none"},
  };
}

std::vector<Key> TelemetryKeys() {
  return {
      {.name = "telemetry.log_level",
       .member = KEELSON_MEMBER(telemetry.log_level),
       .description = "the least severe lines that are written",
       .choices = {"debug", "info", "warning", "error"},
       .reloads = true},
      {.name = "telemetry.log_format",
       .member = KEELSON_MEMBER(telemetry.log_format),
       .description = "how they are written",
       .choices = {"json", "text"}},
      {"telemetry.metrics_listen", KEELSON_MEMBER(telemetry.metrics_listen),
       "where Prometheus finds http://HOST:PORT/metrics; empty: nowhere. An address in use is a warning, no "
       "error"},
      {"telemetry.otlp_endpoint", KEELSON_MEMBER(telemetry.otlp_endpoint),
       "kept for traces by OTLP over HTTP; this build sends none"},
  };
}

template <typename T>
void Append(std::vector<T> more, std::vector<T>& all) {
  std::ranges::move(more, std::back_inserter(all));
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
  Append(PaymentsKeys(adapters), keys_);
  Append(OfEachSection(kPaymentsPort, adapters.payment_providers, &SectionKeys), keys_);
  Append(StripeKeys(), keys_);
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

std::string Schema::NearestTo(std::string_view name) const {
  std::vector<std::string> known;
  for (const Key& key : keys_) {
    known.push_back(key.name);
    known.emplace_back(key.section());
  }
  return Nearest(name, known);
}

std::string EnvironmentName(const Key& key) {
  return StrCat("KEELSON_", absl::AsciiStrToUpper(absl::StrReplaceAll(key.name, {{".", "__"}})));
}

}  // namespace keelson
