// Tests the traces that a service sends to an OpenTelemetry collector.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/common/strings.h"
#include "tests/e2e/support/database.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/stores.h"
#include "tests/support/http/scripted_server.h"
#include "tests/support/postgres/free_port.h"

namespace keelson::e2e {
namespace {

using Catch::Matchers::Contains;
using nlohmann::json;

constexpr char kCorrelationId[] = "follow-me";

servers::ScriptedAnswer Accept(const servers::SeenRequest&) {
  return {.body = "{}"};
}

ServiceProcess::Settings Traced(const std::string& endpoint) {
  return {"telemetry.otlp_endpoint=" + endpoint, "telemetry.trace_ratio=1"};
}

CallResult<accounts::v1::RegisterUserResponse> Register(const Client& client) {
  return client(&Accounts::RegisterUser,
                FromText<accounts::v1::RegisterUserRequest>(
                    StrCat(Field("email", "ada@example.com"), Field("password", kPassword))),
                kCorrelationId);
}

// Returns the span with kCorrelationId.
json FindSpan(servers::ScriptedServer& collector) {
  for (const servers::SeenRequest& request : collector.requests()) {
    const json body = json::parse(request.body);
    for (const json& span : body.at("resourceSpans")[0].at("scopeSpans")[0].at("spans")) {
      if (span.dump().find(kCorrelationId) != std::string::npos) return span;
    }
  }
  FAIL("the collector received no span of the call");
  return {};
}

struct TracedRun {
  std::string log;
  json span;
};

// Registers a user with a service that sends traces to the collector, and stops the service, which sends the
// spans that wait for a batch.
TracedRun RegisterTraced(const Folder& folder, servers::ScriptedServer& collector) {
  ServiceProcess service(folder.path(), Traced(collector.url()));
  CHECK(Outcome(Register(service.Connect())) == "OK");
  CHECK(service.Stop() == 0);
  return {service.errors(), FindSpan(collector)};
}

TEST_CASE("a registration is followed by its ids through the log and the collector, without a secret") {
  const Folder folder;
  servers::ScriptedServer collector(Accept);
  const TracedRun run = RegisterTraced(folder, collector);
  CHECK(run.span.at("name") == "keelson.accounts.v1.AccountService/RegisterUser");
  CHECK_THAT(run.log, Contains(kCorrelationId) && !Contains("traces.not_exported"));
  for (const servers::SeenRequest& request : collector.requests()) {
    CHECK_THAT(request.body, !Contains("ada@") && !Contains(kPassword));
  }
}

TEST_CASE("the message of a registration belongs to the registration's span", "[sqlite]") {
  const Folder folder;
  servers::ScriptedServer collector(Accept);
  const json span = RegisterTraced(folder, collector).span;
  CHECK(
      Database(folder.path() / "keelson.db").Value("SELECT traceparent FROM messages") ==
      StrCat("00-", span.at("traceId").get<std::string>(), "-", span.at("spanId").get<std::string>(), "-01"));
}

TEST_CASE("without a collector, calls succeed, the service stops, and the log names the cause") {
  const Folder folder;
  ServiceProcess service(folder.path(), Traced(StrCat("http://127.0.0.1:", servers::FreePort())));
  CHECK(Outcome(Register(service.Connect())) == "OK");
  CHECK(service.Stop() == 0);
  CHECK_THAT(service.errors(), Contains("traces.not_exported"));
}

}  // namespace
}  // namespace keelson::e2e
