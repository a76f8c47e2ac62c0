// Tests sessions over the real binary: tokens, their lifetimes, revocation, and restarts of the service.
#include <catch2/catch.hpp>
#include <memory>
#include <set>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/mailbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/settable_clock.h"
#include "tests/e2e/support/stores.h"
#include "tests/e2e/support/threads.h"

namespace keelson::e2e {
namespace {

using sessions::v1::SignInResponse;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr char kAda[] = "ada@example.com";
constexpr char kSessionInvalid[] = "UNAUTHENTICATED SESSION_INVALID";
constexpr char kRefreshInvalid[] = "UNAUTHENTICATED REFRESH_TOKEN_INVALID";

std::string Introspect(const Client& client, const std::string& access_token) {
  return Outcome(client(&Sessions::IntrospectSession, Field("access_token", access_token)));
}

auto Refresh(const Client& client, const std::string& refresh_token) {
  return client(&Sessions::RefreshSession, Field("refresh_token", refresh_token));
}

// Returns the sessions of the user, newest first.
std::vector<sessions::v1::Session> ListAll(const Client& client, const std::string& user_id) {
  const auto page = client(&Sessions::ListSessions, Field("user_id", user_id));
  REQUIRE(Outcome(page) == "OK");
  return {page->sessions().begin(), page->sessions().end()};
}

// A service whose clock the test sets.
struct ClockedService {
  explicit ClockedService(const ServiceProcess::Settings& more = {})
      : settings(more), process(Start()), client(process->Connect()) {}

  std::unique_ptr<ServiceProcess> Start() {
    return std::make_unique<ServiceProcess>(folder.path(), settings, ServiceProcess::Expect::kServing,
                                            clock.options());
  }
  void Restart() {
    process = Start();
    client = process->Connect();
  }

  const Folder folder;
  SettableClock clock{folder};
  const ServiceProcess::Settings settings;
  std::unique_ptr<ServiceProcess> process;
  Client client;
};

TEST_CASE("a verified user signs in, refreshes the session and revokes it") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const std::string user_id = RegisterUser(client, kAda);
  const std::string token = TokenIn(AwaitMails(service.mail_folder(), kAda, 1).front());
  REQUIRE(Outcome(client(&Accounts::VerifyEmail, Field("token", token))) == "OK");

  const auto signed_in = client(
      &Sessions::SignIn, StrCat(Field("email", " ADA@example.com "), Field("password", kPassword),
                                Field("user_agent", "Firefox on Linux"), Field("ip_address", "2001:DB8::7")));
  REQUIRE(Outcome(signed_in) == "OK");
  const sessions::v1::Session& session = signed_in->session();
  CHECK(session.id().starts_with("session_"));
  CHECK(session.user_id() == user_id);
  CHECK(session.user_agent() == "Firefox on Linux");
  CHECK(session.ip_address() == "2001:db8::7");
  CHECK(session.expire_time().seconds() - session.create_time().seconds() == 720 * 3600);
  CHECK(session.access_expire_time().seconds() - session.create_time().seconds() == 15 * 60);

  const auto introspected =
      client(&Sessions::IntrospectSession, Field("access_token", signed_in->access_token()));
  REQUIRE(Outcome(introspected) == "OK");
  CHECK(introspected->session().SerializeAsString() == session.SerializeAsString());
  CHECK(introspected->email_verified());

  const auto refreshed = Refresh(client, signed_in->refresh_token());
  REQUIRE(Outcome(refreshed) == "OK");
  CHECK(refreshed->session().id() == session.id());
  CHECK(Introspect(client, refreshed->access_token()) == "OK");
  CHECK(Introspect(client, signed_in->access_token()) == kSessionInvalid);
  // A client that repeats the call gets the same tokens.
  CHECK(Refresh(client, signed_in->refresh_token())->SerializeAsString() == refreshed->SerializeAsString());

  const std::string other_id = SignIn(client, kAda).session().id();
  REQUIRE(ListAll(client, user_id).size() == 2);
  CHECK(ListAll(client, user_id)[0].id() == other_id);
  const std::string by_token = Field("access_token", refreshed->access_token());
  CHECK(Outcome(client(&Sessions::RevokeSession, by_token)) == "OK");
  CHECK(Introspect(client, refreshed->access_token()) == kSessionInvalid);
  CHECK(Outcome(Refresh(client, refreshed->refresh_token())) == kRefreshInvalid);
  CHECK(Outcome(client(&Sessions::RevokeSession, by_token)) == kSessionInvalid);
  CHECK(Outcome(client(&Sessions::RevokeSession, Field("session_id", other_id))) == "OK");
  CHECK(Outcome(client(&Sessions::RevokeSession, Field("session_id", other_id))) ==
        "NOT_FOUND SESSION_NOT_FOUND");
  CHECK(ListAll(client, user_id).empty());
  CHECK(service.Stop() == 0);
  CHECK(RunOnStore(folder.path(), {"verify"}).exit_code == 0);
}

TEST_CASE("a spent refresh token that is used after the grace period ends the session") {
  ClockedService service;
  RegisterUser(service.client, kAda);
  const SignInResponse first = SignIn(service.client, kAda);
  const auto second = Refresh(service.client, first.refresh_token());
  REQUIRE(Outcome(second) == "OK");
  service.clock.Step(seconds(11));
  CHECK(Introspect(service.client, second->access_token()) == "OK");
  CHECK(Outcome(Refresh(service.client, first.refresh_token())) == "UNAUTHENTICATED REFRESH_TOKEN_REUSED");
  CHECK(Introspect(service.client, second->access_token()) == kSessionInvalid);
  CHECK(Outcome(Refresh(service.client, second->refresh_token())) == kRefreshInvalid);
  CHECK(Outcome(Refresh(service.client, first.refresh_token())) == kRefreshInvalid);
}

TEST_CASE("parallel refreshes with one token return one generation of tokens") {
  constexpr int kCallers = 20;
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  RegisterUser(client, kAda);
  const std::string refresh_token = SignIn(client, kAda).refresh_token();
  std::set<std::string> tokens;
  for (const auto& refreshed : AllAtOnce(kCallers, [&](int) { return Refresh(client, refresh_token); })) {
    CHECK(Outcome(refreshed) == "OK");
    tokens.insert(StrCat(refreshed->access_token(), " ", refreshed->refresh_token()));
  }
  REQUIRE(tokens.size() == 1);
  const std::string access_token = tokens.begin()->substr(0, tokens.begin()->find(' '));
  CHECK(Introspect(client, access_token) == "OK");
}

TEST_CASE("an access token expires before its session, and a refresh does not extend the session") {
  ClockedService service({"sessions.access_ttl=5m", "sessions.refresh_ttl=30m"});
  const std::string user_id = RegisterUser(service.client, kAda);
  const SignInResponse first = SignIn(service.client, kAda);
  service.clock.Step(minutes(6));
  CHECK(Introspect(service.client, first.access_token()) == kSessionInvalid);
  const auto second = Refresh(service.client, first.refresh_token());
  REQUIRE(Outcome(second) == "OK");
  CHECK(Introspect(service.client, second->access_token()) == "OK");
  CHECK(second->session().expire_time().seconds() == first.session().expire_time().seconds());
  service.clock.Step(minutes(25));
  CHECK(Outcome(Refresh(service.client, second->refresh_token())) == kRefreshInvalid);
  CHECK(ListAll(service.client, user_id).empty());
}

TEST_CASE("a session that is not used for sessions.idle_ttl ends") {
  ClockedService service({"sessions.idle_ttl=8m"});
  const std::string user_id = RegisterUser(service.client, kAda);
  const SignInResponse used = SignIn(service.client, kAda);
  const SignInResponse idle = SignIn(service.client, kAda);
  service.clock.Step(minutes(5));
  const std::int64_t last_use = used.session().last_use_time().seconds();
  CHECK(Introspect(service.client, used.access_token()) == "OK");
  CHECK(Await([&] {
    for (const auto& session : ListAll(service.client, user_id)) {
      if (session.last_use_time().seconds() > last_use) return session.id() == used.session().id();
    }
    return false;
  }));
  service.clock.Step(minutes(5));
  CHECK(Introspect(service.client, used.access_token()) == "OK");
  CHECK(Introspect(service.client, idle.access_token()) == kSessionInvalid);
}

TEST_CASE("a sign-in beyond sessions.max_per_user ends the oldest session") {
  const Folder folder;
  ServiceProcess service(folder.path(), {"sessions.max_per_user=2"});
  const Client client = service.Connect();
  const std::string user_id = RegisterUser(client, kAda);
  std::vector<SignInResponse> signed_in;
  for (int i = 0; i < 3; ++i) signed_in.push_back(SignIn(client, kAda));
  CHECK(Introspect(client, signed_in[0].access_token()) == kSessionInvalid);
  CHECK(Introspect(client, signed_in[1].access_token()) == "OK");
  CHECK(Introspect(client, signed_in[2].access_token()) == "OK");
  CHECK(ListAll(client, user_id).size() == 2);
}

TEST_CASE("sessions are listed in pages, and RevokeAllSessions ends those of one user") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const std::string ada = RegisterUser(client, kAda);
  const std::string eve = RegisterUser(client, "eve@example.com");
  const SignInResponse other = SignIn(client, "eve@example.com");
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.insert(ids.begin(), SignIn(client, kAda).session().id());
  const auto list = [&](const std::string& user_id, const std::string& page_token) {
    return client(&Sessions::ListSessions,
                  StrCat(Field("user_id", user_id), "page_size: 2 ", Field("page_token", page_token)));
  };
  std::vector<std::string> seen;
  for (std::string page_token;;) {
    const auto page = list(ada, page_token);
    REQUIRE(Outcome(page) == "OK");
    for (const auto& session : page->sessions()) seen.push_back(session.id());
    if ((page_token = page->next_page_token()).empty()) break;
    CHECK(Outcome(list(eve, page_token)) == "INVALID_ARGUMENT PAGE_TOKEN_INVALID");
  }
  CHECK(seen == ids);
  const auto revoked = client(&Sessions::RevokeAllSessions, Field("user_id", ada));
  REQUIRE(Outcome(revoked) == "OK");
  CHECK(revoked->revoked() == 5);
  CHECK(ListAll(client, ada).empty());
  CHECK(Introspect(client, other.access_token()) == "OK");
}

TEST_CASE("sessions survive kill -9") {
  const Folder folder;
  const auto service = std::make_unique<ServiceProcess>(folder.path());
  RegisterUser(service->Connect(), kAda);
  const SignInResponse ended = SignIn(service->Connect(), kAda);
  const SignInResponse live = SignIn(service->Connect(), kAda);
  const auto refreshed = Refresh(service->Connect(), live.refresh_token());
  REQUIRE(Outcome(refreshed) == "OK");
  REQUIRE(Outcome(service->Connect()(&Sessions::RevokeSession, Field("session_id", ended.session().id()))) ==
          "OK");
  service->Kill();
  const ServiceProcess restarted(folder.path());
  const Client client = restarted.Connect();
  CHECK(Introspect(client, refreshed->access_token()) == "OK");
  CHECK(Introspect(client, ended.access_token()) == kSessionInvalid);
  CHECK(Outcome(Refresh(client, refreshed->refresh_token())) == "OK");
}

TEST_CASE("SIGTERM saves the last uses of sessions") {
  ClockedService service;
  const std::string user_id = RegisterUser(service.client, kAda);
  const SignInResponse signed_in = SignIn(service.client, kAda);
  service.clock.Step(minutes(10));
  CHECK(Introspect(service.client, signed_in.access_token()) == "OK");
  CHECK(service.process->Stop() == 0);
  service.Restart();
  const std::vector<sessions::v1::Session> sessions = ListAll(service.client, user_id);
  REQUIRE(sessions.size() == 1);
  CHECK(sessions[0].last_use_time().seconds() >= sessions[0].create_time().seconds() + 600);
}

}  // namespace
}  // namespace keelson::e2e
