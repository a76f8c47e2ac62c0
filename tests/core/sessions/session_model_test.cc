// Makes random calls of every use case of sessions, and compares each response, and afterwards the active
// sessions, with a simple model.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <map>

#include "tests/core/sessions/session_world.h"
#include "tests/support/seed.h"

namespace keelson {
namespace {

// The model's session. `spent` are the refresh tokens before `previous`.
struct ModelSession {
  SessionId id;
  absl::Time expire_time;
  absl::Time last_use_time;
  absl::Time access_expire_time;
  absl::Time rotate_time;
  std::string access;
  std::string refresh;
  std::string previous = {};
  std::vector<std::string> spent = {};
};

struct ModelAccount {
  std::string email;
  UserId id;
  std::string password;
  int failures = 0;
  absl::Time blocked_until = absl::InfinitePast();
  absl::Time forget_time = absl::InfinitePast();
  std::string reset_token = {};
  absl::Time reset_expire_time = absl::InfinitePast();
  absl::Time cooldown_until = absl::InfinitePast();
  // Oldest first.
  std::vector<ModelSession> sessions = {};
};

class SessionModel {
 public:
  explicit SessionModel(std::uint64_t seed) : random_(seed), attacked_(seed % 3 == 0) {
    world_.sessions.idle_ttl = absl::Hours(1);
    world_.sessions.access_ttl = absl::Minutes(10);
    world_.sessions.refresh_ttl = absl::Hours(5);
    world_.sessions.max_per_user = 3;
    for (const std::string email : {"ada@example.com", "bob@example.com"}) {
      const User user = Must(world_.Register(Registration(email))).value();
      accounts_.push_back({.email = email, .id = user->id, .password = std::string(kPassword)});
    }
  }

  void Step() {
    ModelAccount& account = accounts_[random_.Below(accounts_.size())];
    switch (random_.Below(13)) {
      case 0:
      case 1:
      case 2:
        SignInTo(account);
        break;
      case 3:
      case 4:
      case 5:
        RefreshAny();
        break;
      case 6:
      case 7:
        IntrospectAny();
        break;
      case 8:
        RevokeAny();
        break;
      case 9:
        if (random_.Below(4) == 0) RevokeAllOf(account);
        break;
      case 10:
        ChangePasswordOf(account);
        break;
      case 11:
        ResetPasswordOf(account);
        break;
      default:
        Wait();
    }
    for (const ModelAccount& each : accounts_) CheckSessions(each);
  }

  void CheckEvents() {
    Sha256Digest hash{};
    std::map<std::string, int> sessions;
    for (const Event& event : world_.Events()) {
      hash = ChainedHash(hash, event);
      REQUIRE(event.hash == hash);
      if (event.type == "session.started") REQUIRE(++sessions[event.subject] == 1);
      if (event.type == "session.refreshed") REQUIRE(sessions[event.subject] == 1);
      if (event.type == "session.revoked") REQUIRE(--sessions[event.subject] == 0);
    }
    // An attacker's guesses may block every sign-in.
    REQUIRE((attacked_ || !sessions.empty()));
  }

 private:
  bool IsActive(const ModelSession& session) {
    const absl::Time now = world_.clock.Now();
    return now < session.expire_time && now < session.last_use_time + world_.sessions.idle_ttl;
  }

  std::string AnyOf(const std::vector<std::string>& known) {
    return known.empty() ? "unknown" : known[random_.Below(known.size())];
  }

  // Returns the session for which `matches` returns true, and its account.
  template <typename Matches>
  std::pair<ModelAccount*, std::size_t> Find(const Matches& matches) {
    for (ModelAccount& account : accounts_) {
      for (std::size_t i = 0; i < account.sessions.size(); ++i) {
        if (matches(account.sessions[i])) return {&account, i};
      }
    }
    return {nullptr, 0};
  }

  static void Remove(ModelAccount& account, std::size_t index) {
    account.sessions.erase(account.sessions.begin() + static_cast<std::ptrdiff_t>(index));
  }

  // Counts an attempt to use the account's password, and returns the expected reason.
  std::string Attempt(ModelAccount& account, bool right) {
    const absl::Time now = world_.clock.Now();
    if (now >= account.forget_time) account.failures = 0;
    if (account.failures >= 100 || (account.failures > 0 && now < account.blocked_until)) {
      return "SIGN_IN_THROTTLED";
    }
    if (right) {
      account.failures = 0;
      return "OK";
    }
    ++account.failures;
    if (account.failures > 10) {
      account.blocked_until =
          now + std::min(absl::Seconds(30) * (1 << std::min(account.failures - 11, 7)), absl::Hours(1));
    }
    account.forget_time = account.failures >= 100 ? absl::InfiniteFuture() : now + absl::Hours(24);
    return "CREDENTIALS_INVALID";
  }

  void SignInTo(ModelAccount& account) {
    const bool right = random_.Below(attacked_ ? 20 : 2) == 0;
    const auto issued = world_.TrySignIn(Credentials(right ? account.password : "wrong", account.email));
    REQUIRE(ReasonOf(issued) == Attempt(account, right));
    if (!issued.ok()) return;
    std::erase_if(account.sessions, [&](const ModelSession& session) { return !IsActive(session); });
    if (account.sessions.size() == 3) Remove(account, 0);
    const absl::Time now = world_.clock.Now();
    ModelSession session{.id = issued->session->id,
                         .expire_time = now + world_.sessions.refresh_ttl,
                         .last_use_time = now,
                         .access_expire_time = now,
                         .rotate_time = now,
                         .access = "",
                         .refresh = ""};
    SetTokens(session, *issued);
    account.sessions.push_back(std::move(session));
  }

  void SetTokens(ModelSession& session, const IssuedSession& issued) {
    const absl::Time now = world_.clock.Now();
    session.access = issued.tokens.access.Reveal();
    session.refresh = issued.tokens.refresh.Reveal();
    session.last_use_time = session.rotate_time = now;
    session.access_expire_time = std::min(now + world_.sessions.access_ttl, session.expire_time);
    access_tokens_.push_back(session.access);
    refresh_tokens_.push_back(session.refresh);
  }

  void RefreshAny() {
    const std::string token = AnyOf(refresh_tokens_);
    const auto [account, index] = Find([&](const ModelSession& s) {
      return s.refresh == token || s.previous == token ||
             std::find(s.spent.begin(), s.spent.end(), token) != s.spent.end();
    });
    const auto issued = world_.Refresh(Secret(token));
    if (account == nullptr || !IsActive(account->sessions[index])) {
      REQUIRE(ReasonOf(issued) == "REFRESH_TOKEN_INVALID");
      return;
    }
    ModelSession& session = account->sessions[index];
    if (session.refresh == token) {
      REQUIRE(ReasonOf(issued) == "OK");
      session.spent.push_back(session.previous);
      session.previous = token;
      SetTokens(session, *issued);
    } else if (session.previous == token &&
               world_.clock.Now() < session.rotate_time + world_.sessions.refresh_grace) {
      REQUIRE(ReasonOf(issued) == "OK");
      REQUIRE(issued->tokens.access.Reveal() == session.access);
      REQUIRE(issued->tokens.refresh.Reveal() == session.refresh);
    } else {
      REQUIRE(ReasonOf(issued) == "REFRESH_TOKEN_REUSED");
      Remove(*account, index);
    }
  }

  void IntrospectAny() {
    const std::string token = AnyOf(access_tokens_);
    const auto [account, index] = Find([&](const ModelSession& s) { return s.access == token; });
    const auto found = world_.Introspect(Secret(token));
    if (account == nullptr || !Accepts(account->sessions[index])) {
      REQUIRE(ReasonOf(found) == "SESSION_INVALID");
      return;
    }
    ModelSession& session = account->sessions[index];
    REQUIRE(ReasonOf(found) == "OK");
    REQUIRE(found->session->id == session.id);
    if (world_.clock.Now() >= session.last_use_time + absl::Minutes(1)) {
      session.last_use_time = world_.clock.Now();
    }
    Must(world_.RecordUses().status());
  }

  bool Accepts(const ModelSession& session) {
    return IsActive(session) && world_.clock.Now() < session.access_expire_time;
  }

  void RevokeAny() {
    const std::string token = AnyOf(access_tokens_);
    const auto [account, index] = Find([&](const ModelSession& s) { return s.access == token; });
    if (account == nullptr) {
      REQUIRE(ReasonOf(world_.Revoke(Secret(token))) == "SESSION_INVALID");
      return;
    }
    const ModelSession& session = account->sessions[index];
    const bool by_id = random_.Below(2) == 0;
    const std::string reason = ReasonOf(by_id ? world_.Revoke(session.id) : world_.Revoke(Secret(token)));
    if (by_id ? IsActive(session) : Accepts(session)) {
      REQUIRE(reason == "OK");
      Remove(*account, index);
    } else {
      REQUIRE(reason == (by_id ? "SESSION_NOT_FOUND" : "SESSION_INVALID"));
    }
  }

  void RevokeAllOf(ModelAccount& account) {
    const auto active = std::count_if(account.sessions.begin(), account.sessions.end(),
                                      [&](const ModelSession& session) { return IsActive(session); });
    REQUIRE(Must(world_.RevokeAll(account.id)) == active);
    account.sessions.clear();
  }

  std::string NewPassword() { return StrCat("zq8#Lwp!-", ++passwords_); }

  void ChangePasswordOf(ModelAccount& account) {
    const bool right = random_.Below(attacked_ ? 20 : 2) == 0;
    const std::string chosen = NewPassword();
    std::optional<SessionId> keep;
    if (!account.sessions.empty()) keep = account.sessions[random_.Below(account.sessions.size())].id;
    const std::string reason =
        ReasonOf(world_.ChangeOf(account.id, right ? account.password : "wrong", chosen, keep));
    REQUIRE(reason == Attempt(account, right));
    if (reason != "OK") return;
    account.password = chosen;
    account.reset_token.clear();
    std::erase_if(account.sessions, [&](const ModelSession& session) { return session.id != keep; });
  }

  // Requests an e-mail, or uses the token of one.
  void ResetPasswordOf(ModelAccount& account) {
    if (random_.Below(2) == 0) return RequestResetOf(account);
    const std::string token = AnyOf(reset_tokens_);
    const std::string chosen = NewPassword();
    const absl::Time now = world_.clock.Now();
    const auto owner = std::find_if(accounts_.begin(), accounts_.end(), [&](const ModelAccount& each) {
      return each.reset_token == token && now < each.reset_expire_time;
    });
    const std::string reason = ReasonOf(world_.Reset(token, chosen));
    REQUIRE(reason == (owner == accounts_.end() ? "TOKEN_INVALID" : "OK"));
    if (reason != "OK") return;
    owner->password = chosen;
    owner->reset_token.clear();
    owner->failures = 0;
    owner->blocked_until = absl::InfinitePast();
    owner->sessions.clear();
  }

  void RequestResetOf(ModelAccount& account) {
    const absl::Time now = world_.clock.Now();
    REQUIRE(ReasonOf(world_.RequestReset(account.email)) == "OK");
    if (now < account.cooldown_until) return;
    account.cooldown_until = now + world_.accounts.resend_cooldown;
    account.reset_expire_time = now + world_.accounts.reset_ttl;
    for (const Message& message : world_.Outbox()) {
      if (message.template_name == "password_reset" && message.user_id == account.id) {
        account.reset_token = message.variables.at("token");
      }
    }
    reset_tokens_.push_back(account.reset_token);
  }

  void Wait() {
    constexpr std::array<std::uint64_t, 4> kSeconds = {20, 20, 600, 7200};
    const std::uint64_t seconds = random_.Below(kSeconds[random_.Below(kSeconds.size())]);
    world_.clock.Advance(absl::Seconds(static_cast<std::int64_t>(seconds)));
  }

  void CheckSessions(const ModelAccount& account) {
    std::vector<SessionId> expected;
    for (const ModelSession& session : account.sessions) {
      if (IsActive(session)) expected.insert(expected.begin(), session.id);
    }
    ListSessionsQuery query;
    query.user_id = account.id.ToString();
    std::vector<SessionId> listed;
    for (const Session& session : Must(world_.List(query)).sessions) listed.push_back(session->id);
    REQUIRE(listed == expected);
  }

  SessionWorld world_;
  FakeEntropy random_;
  // Whether most passwords are guesses.
  const bool attacked_;
  std::vector<ModelAccount> accounts_;
  // Every token that was ever issued.
  std::vector<std::string> access_tokens_;
  std::vector<std::string> refresh_tokens_;
  std::vector<std::string> reset_tokens_;
  int passwords_ = 0;
};

TEST_CASE("Random calls of sessions agree with a simple model") {
  const Seed first(1);
  for (std::uint64_t seed = first.value(); seed < first.value() + 20; ++seed) {
    CAPTURE(seed);
    SessionModel model(seed);
    for (int step = 0; step < 400; ++step) model.Step();
    model.CheckEvents();
  }
}

}  // namespace
}  // namespace keelson
