// Tests that response times do not reveal whether an account holds an address. A test compares calls with
// known and unknown addresses. The calls alternate, so that both get the same share of other load on the
// machine.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <chrono>

#include "core/common/strings.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/stores.h"

namespace keelson::e2e {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

// A hash takes several milliseconds, as long as the rest of the call or longer: a missing hash exceeds the
// bounds.
const ServiceProcess::Settings kSlowHash = {"passwords.argon2_memory=4MiB", "passwords.argon2_iterations=2"};
// The default of the service.
const ServiceProcess::Settings kDefaultHash = {"passwords.argon2_memory=19MiB",
                                               "passwords.argon2_iterations=2"};
// The number of consecutive failures of one address that cause no delay.
constexpr int kFreeFailures = 10;

// The durations of calls of one kind.
class Durations {
 public:
  // Measures a call, which must have the outcome `expected`.
  template <typename Call>
  void Measure(const std::string& expected, const Call& call) {
    const auto start = std::chrono::steady_clock::now();
    const auto result = call();
    durations_.push_back(std::chrono::steady_clock::now() - start);
    REQUIRE(Outcome(result) == expected);
  }

  double Quantile(double q) const {
    std::vector<Milliseconds> sorted = durations_;
    std::sort(sorted.begin(), sorted.end());
    return sorted.at(static_cast<std::size_t>(q * static_cast<double>(sorted.size()))).count();
  }

 private:
  std::vector<Milliseconds> durations_;
};

// Compares quantiles that a few slow calls do not change. `share` is the largest allowed difference, as a
// share of the quantile. A difference of less than `margin` milliseconds is allowed, too.
void CheckAlike(const Durations& known, const Durations& unknown, double share, double margin = 0) {
  for (const double q : {0.25, 0.5}) {
    INFO("quantile " << q << " in milliseconds");
    CHECK(known.Quantile(q) == Approx(unknown.Quantile(q)).epsilon(share).margin(margin));
  }
}

std::string AddressOf(const std::string& kind, int i) {
  return StrCat(kind, i, "@example.com");
}

void RegisterAll(const Client& client, const std::string& kind, int count) {
  for (int i = 0; i < count; ++i) RegisterUser(client, AddressOf(kind, i));
}

// Signs in with a wrong password, kFreeFailures times at each of the `count` addresses of each kind. Returns
// the durations by kind.
template <std::size_t kKinds>
std::array<Durations, kKinds> FailToSignIn(const Client& client, const std::array<std::string, kKinds>& kinds,
                                           int count) {
  std::array<Durations, kKinds> durations;
  for (int round = 0; round < count * kFreeFailures; ++round) {
    for (std::size_t n = 0; n < kKinds; ++n) {
      // Each kind is first in its turn.
      const std::size_t kind = (n + static_cast<std::size_t>(round)) % kKinds;
      const std::string email = AddressOf(kinds.at(kind), round % count);
      durations.at(kind).Measure("UNAUTHENTICATED CREDENTIALS_INVALID", [&] {
        return client(&Sessions::SignIn, StrCat(Field("email", email), "password: 'a wrong password'"));
      });
    }
  }
  return durations;
}

TEST_CASE("500 failed sign-ins take the same time for known and for unknown addresses") {
  constexpr int kAddresses = 50;
  const Folder folder;
  const ServiceProcess service(folder.path(), kSlowHash);
  const Client client = service.Connect();
  RegisterAll(client, "known", kAddresses);
  const auto [known, unknown] = FailToSignIn<2>(client, {"known", "unknown"}, kAddresses);
  CheckAlike(known, unknown, 0.1);
}

TEST_CASE("failed sign-ins take the same time for an imported hash as for an unknown address") {
  constexpr int kAddresses = 30;
  const Folder folder;
  {
    ServiceProcess service(folder.path(), kSlowHash);
    RegisterAll(service.Connect(), "imported", kAddresses);
    CHECK(service.Stop() == 0);
  }
  // bcrypt, as ImportUsers stores it.
  ExecuteInStore(folder.path(),
                 "UPDATE credentials SET password_hash = "
                 "'$2b$06$abcdefghijklmnopqrstuuvAFImRnYsWNKcImGw.bf9ROmRQCPfuG'");
  const ServiceProcess service(folder.path(), kSlowHash);
  const Client client = service.Connect();
  RegisterAll(client, "known", kAddresses);
  const auto [imported, known, unknown] =
      FailToSignIn<3>(client, {"imported", "known", "unknown"}, kAddresses);
  CheckAlike(imported, unknown, 0.1);
  CheckAlike(known, unknown, 0.1);
}

TEST_CASE(
    "with accounts.conceal_existing_email, registrations of taken and free addresses take the same time") {
  constexpr int kAddresses = 100;
  const Folder folder;
  // A registration of a free address inserts more rows: 0.4 ms on PostgreSQL, which the hash conceals.
  ServiceProcess::Settings settings = kDefaultHash;
  settings.insert(settings.end(), {"accounts.conceal_existing_email=true", "accounts.resend_cooldown=0s"});
  const ServiceProcess service(folder.path(), settings);
  const Client client = service.Connect();
  const auto register_user = [&](const std::string& kind, int i) {
    return client(&Accounts::RegisterUser,
                  StrCat(Field("email", AddressOf(kind, i)), Field("password", kPassword)));
  };
  Durations first, taken, free;
  for (int i = 0; i < kAddresses; ++i) first.Measure("OK", [&] { return register_user("taken", i); });
  for (int i = 0; i < kAddresses; ++i) {
    taken.Measure("OK", [&] { return register_user("taken", i); });
    free.Measure("OK", [&] { return register_user("free", i); });
  }
  CheckAlike(taken, free, 0.1);
}

TEST_CASE("requests for links take the same time for known and for unknown addresses, within 1 ms") {
  constexpr int kAddresses = 200;
  const Folder folder;
  const ServiceProcess service(folder.path());
  const Client client = service.Connect();
  RegisterAll(client, "known", kAddresses);
  Durations reset_known, reset_unknown, resend_known, resend_unknown;
  for (int i = 0; i < kAddresses; ++i) {
    const std::string known = Field("email", AddressOf("known", i));
    const std::string unknown = Field("email", AddressOf("unknown", i));
    reset_known.Measure("OK", [&] { return client(&Sessions::RequestPasswordReset, known); });
    reset_unknown.Measure("OK", [&] { return client(&Sessions::RequestPasswordReset, unknown); });
    resend_known.Measure("OK", [&] { return client(&Accounts::ResendVerification, known); });
    resend_unknown.Measure("OK", [&] { return client(&Accounts::ResendVerification, unknown); });
  }
  // A call for a known address inserts three more rows: 0.3 ms on PostgreSQL. The cooldown permits a caller
  // to measure the difference once a minute.
  CheckAlike(reset_known, reset_unknown, 0.1, 1.0);
  CheckAlike(resend_known, resend_unknown, 0.1, 1.0);
}

}  // namespace
}  // namespace keelson::e2e
