// Tests certificates that are replaced while the service runs, and health checks with TLS.
#include <catch2/catch.hpp>
#include <thread>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/refusal.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/support/postgres/free_port.h"
#include "tests/support/tls/authority.h"

namespace keelson::e2e {
namespace {

using servers::Authority;

constexpr char kPublicName[] = "keelson.example.com";

std::size_t Count(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
  return count;
}

ServiceProcess::Settings TlsSettings(const Authority& authority) {
  return {"server.tls.cert=" + authority.Path("server.crt"),
          "server.tls.key=" + authority.Path("server.key")};
}

ServiceProcess::Settings MtlsSettings(const Authority& authority) {
  ServiceProcess::Settings settings = TlsSettings(authority);
  settings.push_back("server.tls.client_ca=" + authority.Path("ca.crt"));
  settings.push_back("auth.mode=mtls");
  settings.push_back("auth.clients=[{name='web',roles=['reader'],certificate_name='web.example.com'}]");
  return settings;
}

// Runs a service with TLS and waits until it is SERVING.
class TlsService {
 public:
  TlsService(const Folder& folder, const ServiceProcess::Settings& settings)
      : service_(folder.path(), settings, ServiceProcess::Expect::kListening) {
    REQUIRE(Logs("service.serving"));
  }

  bool Logs(const std::string& part) {
    return Await([&] { return service_.process().errors().find(part) != std::string::npos; });
  }
  std::string log() { return service_.process().errors(); }
  ServiceProcess& operator*() { return service_; }
  ServiceProcess* operator->() { return &service_; }

 private:
  ServiceProcess service_;
};

CommandResult Probe(const Folder& folder, const std::string& target, std::vector<std::string> options) {
  options.insert(options.begin(), {"health", target});
  return RunKeelson(std::move(options), folder.path());
}

TEST_CASE(
    "an empty certificate file is logged once and not used; a valid certificate and key are loaded later") {
  const Folder folder;
  Authority authority;
  const std::vector<std::string> trusting = {"--tls-ca", authority.Path("ca.crt"), "--tls-server-name"};
  const auto named = [&](const std::string& name) {
    std::vector<std::string> options = trusting;
    options.push_back(name);
    return options;
  };
  TlsService service(folder, TlsSettings(authority));
  CHECK(Probe(folder, service->target(), named("localhost")).exit_code == 0);
  authority.Write("server.crt", "");
  for (int i = 1; i <= 3; ++i) {
    service->process().Signal(SIGHUP);
    REQUIRE(Await([&] { return Count(service.log(), "config.reloaded") == static_cast<std::size_t>(i); }));
  }
  CHECK(Count(service.log(), "tls.reload_failed") == 1);
  CHECK_THAT(service.log(), Catch::Contains("server.tls.cert " + authority.Path("server.crt") + " is empty"));
  CHECK(Probe(folder, service->target(), named("localhost")).exit_code == 0);

  authority.Issue("server", "renewed.example.com");
  service->process().Signal(SIGHUP);
  CHECK(service.Logs("tls.reloaded"));
  CHECK(Probe(folder, service->target(), named("renewed.example.com")).exit_code == 0);
  CHECK(service->Stop() == 0);
}

TEST_CASE("a replaced certificate is loaded without SIGHUP") {
  const Folder folder;
  Authority authority;
  TlsService service(folder, TlsSettings(authority));
  authority.Issue("server", "renewed.example.com");
  CHECK(service.Logs("tls.reloaded"));
  CHECK(Probe(folder, service->target(),
              {"--tls-ca", authority.Path("ca.crt"), "--tls-server-name", "renewed.example.com"})
            .exit_code == 0);
}

TEST_CASE("a key that does not match its certificate is a configuration error at startup") {
  const Folder folder;
  Authority authority;
  authority.Issue("other", "localhost");
  const CommandResult result = Serve(folder, {"server.tls.cert=" + authority.Path("server.crt"),
                                              "server.tls.key=" + authority.Path("other.key")});
  CheckRefusal(result, 2, "server.tls.key " + authority.Path("other.key"),
               "is not the key of the certificate");
}

TEST_CASE("with mutual TLS, keelson health needs the server name and a client certificate") {
  const Folder folder;
  Authority authority;
  authority.Issue("server", kPublicName);
  authority.Issue("web", "web.example.com");
  TlsService service(folder, MtlsSettings(authority));
  const std::vector<std::string> all = {
      "--tls-ca",   authority.Path("ca.crt"),  "--tls-server-name", kPublicName,
      "--tls-cert", authority.Path("web.crt"), "--tls-key",         authority.Path("web.key")};
  const CommandResult healthy = Probe(folder, service->target(), all);
  CHECK(healthy.exit_code == 0);
  CHECK(healthy.output == "SERVING\n");
  // keelson health fails without the server name, and without the client certificate.
  CHECK(Probe(folder, service->target(),
              {"--tls-ca", authority.Path("ca.crt"), "--tls-cert", authority.Path("web.crt"), "--tls-key",
               authority.Path("web.key")})
            .exit_code == 1);
  CHECK(Probe(folder, service->target(),
              {"--tls-ca", authority.Path("ca.crt"), "--tls-server-name", kPublicName})
            .exit_code == 1);
}

TEST_CASE("keelson health reports a key that does not match its certificate") {
  const Folder folder;
  Authority authority;
  authority.Issue("web", "web.example.com");
  authority.Issue("other", "other.example.com");
  const CommandResult probe = Probe(folder, "127.0.0.1:1",
                                    {"--tls-ca", authority.Path("ca.crt"), "--tls-cert",
                                     authority.Path("web.crt"), "--tls-key", authority.Path("other.key")});
  CHECK(probe.exit_code == 1);
  CHECK_THAT(probe.errors, Catch::Contains("check that --tls-key is the key of --tls-cert"));
}

TEST_CASE("keelson health reports incomplete options and unreadable files") {
  const Folder folder;
  Authority authority;
  const CommandResult half = Probe(folder, "127.0.0.1:1", {"--tls-cert", authority.Path("ca.crt")});
  CHECK(half.exit_code == 2);
  CHECK_THAT(half.errors, Catch::Contains("--tls-key"));
  const CommandResult gone = Probe(folder, "127.0.0.1:1", {"--tls-ca", authority.Path("gone.crt")});
  CHECK(gone.exit_code == 2);
  CHECK_THAT(gone.errors, Catch::Contains("--tls-ca") && Catch::Contains(authority.Path("gone.crt")));
}

// Returns a free address on 127.0.0.2, which ListeningPort ignores.
std::string FreeProbeAddress() {
  return StrCat("127.0.0.2:", servers::FreePort());
}

TEST_CASE("server.health_listen serves health checks without TLS while server.listen requires mutual TLS") {
  const Folder folder;
  Authority authority;
  const std::string address = FreeProbeAddress();
  ServiceProcess::Settings settings = MtlsSettings(authority);
  settings.push_back("server.health_listen=" + address);
  TlsService service(folder, settings);
  const Client probe(address);
  CHECK(probe.Health() == "SERVING");
  CHECK(probe.Health("keelson.orders.v1.OrderService") == "SERVING");
  CHECK(probe.Health("email.file") == "SERVING");
  CHECK(Outcome(probe(&Accounts::GetUser, "id: 'x'")) == "UNIMPLEMENTED");
  CHECK(Probe(folder, address, {}).exit_code == 0);
  CHECK(service->Stop() == 0);
}

TEST_CASE("the health port reports NOT_SERVING during shutdown") {
  const Folder folder;
  const std::string address = FreeProbeAddress();
  ServiceProcess service(folder.path(), {"server.health_listen=" + address, "passwords.argon2_memory=256MiB",
                                         "passwords.argon2_iterations=10"});
  const Client probe(address);
  REQUIRE(probe.Health() == "SERVING");
  std::jthread caller([client = service.Connect()] {
    client(&Accounts::RegisterUser, StrCat(Field("email", "ada@example.com"), Field("password", kPassword)));
  });
  REQUIRE(Await([&] { return service.process().Memory("VmRSS:") > std::size_t{64} << 20; }));
  service.process().Signal(SIGTERM);
  CHECK(Await([&] { return probe.Health() == "NOT_SERVING"; }));
  CHECK(service.process().running());
  caller.join();
  CHECK(service.process().Wait() == 0);
}

TEST_CASE("the error for a health port in use names server.health_listen") {
  const Folder folder, another;
  ServiceProcess service(folder.path());
  CheckRefusal(Serve(another, {"server.health_listen=" + service.target()}), 1,
               "server.health_listen: can't listen on " + service.target(), "in use");
}

}  // namespace
}  // namespace keelson::e2e
