// Tests the network behaviour of the HTTP providers: proxy, DNS and connections.
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "tests/contract/email/fixtures.h"

// Overrides the C library's function: the lookup of silent-dns.invalid takes three seconds.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** found) {
  using Lookup = int(const char*, const char*, const addrinfo*, addrinfo**);
  if (node != nullptr && std::string_view(node) == "silent-dns.invalid") absl::SleepFor(absl::Seconds(3));
  return reinterpret_cast<Lookup*>(dlsym(RTLD_NEXT, "getaddrinfo"))(node, service, hints, found);
}

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;
using servers::ScriptedServer;

// Returns the file descriptors that a child process would inherit.
std::set<int> InheritedDescriptors() {
  std::set<int> inherited;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int descriptor = std::stoi(entry.path().filename());
    const int flags = fcntl(descriptor, F_GETFD);
    if (flags >= 0 && (flags & FD_CLOEXEC) == 0) inherited.insert(descriptor);
  }
  return inherited;
}

TEST_CASE("a child process inherits no file descriptors of a scripted server", "[email]") {
  const std::set<int> before = InheritedDescriptors();
  const ScriptedServer server([](const auto&) { return Reply(); });
  CHECK(InheritedDescriptors() == before);
}

TEST_CASE("requests use the proxy in the environment variable http_proxy", "[email]") {
  const EmailFixture& fixture = HttpEmailFixtures()[0];
  ScriptedServer proxy([&fixture](const auto&) { return fixture.accepted; });
  setenv("http_proxy", proxy.url().c_str(), 1);
  const SendOutcome outcome = fixture.make("http://provider.invalid")->Send(SampleEmail(), Soon());
  unsetenv("http_proxy");
  CHECK(outcome.kind == Kind::kAccepted);
  REQUIRE(proxy.requests().size() == 1);
  CHECK(proxy.requests()[0].target == "http://provider.invalid/v3/mail/send");
}

TEST_CASE("Send returns at its deadline even if the DNS lookup takes longer", "[email]") {
  const auto provider = HttpEmailFixtures()[0].make("http://silent-dns.invalid");
  const absl::Time begin = absl::Now();
  CHECK(provider->Send(SampleEmail(), Deadline::After(absl::Milliseconds(150))).kind == Kind::kUnreachable);
  CHECK(absl::Now() - begin < absl::Seconds(2));
}

TEST_CASE("each concurrent call uses its own connection, and connections are reused", "[email]") {
  const EmailFixture& fixture = HttpEmailFixtures()[1];
  ScriptedServer server([&fixture](const auto&) { return fixture.accepted; });
  const auto provider = fixture.make(server.url());
  std::vector<std::thread> threads;
  std::vector<int> accepted(8);
  for (int& count : accepted) {
    threads.emplace_back([&count, &provider] {
      for (int i = 0; i < 25; ++i) {
        if (provider->Send(SampleEmail(), Soon()).kind == Kind::kAccepted) ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(accepted == std::vector<int>(8, 25));
  CHECK(server.requests().size() == 200);
  CHECK(server.connections() <= 8);
}

}  // namespace
}  // namespace keelson
