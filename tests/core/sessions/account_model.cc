#include "tests/core/sessions/account_model.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <map>
#include <utility>

#include "core/accounts/get_user.h"
#include "core/accounts/import_users.h"
#include "core/accounts/list_users.h"
#include "core/accounts/update_user.h"
#include "core/common/etag.h"
#include "tests/core/sessions/session_world.h"

namespace keelson {
namespace {

// `spent` are the refresh tokens before `previous`.
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

// A token in an e-mail; empty if there is none.
struct ModelToken {
  std::string text = {};
  absl::Time expire_time = absl::InfinitePast();
};

struct ModelAccount {
  UserId id;
  std::string password;
  UserState state = UserState::kActive;
  bool suspended = false;
  bool verified = false;
  absl::Time purge_time = absl::InfiniteFuture();
  std::string locale = "de";
  std::int64_t version = 1;
  ModelToken verification = {};
  ModelToken reset = {};
  ModelToken change = {};
  // The address to which `change` changes the account.
  std::string new_email = {};
  // An account keeps its cooldowns when it changes its address.
  absl::Time verification_cooldown = absl::InfinitePast();
  absl::Time reset_cooldown = absl::InfinitePast();
  absl::Time change_cooldown = absl::InfinitePast();
  // Oldest first.
  std::vector<ModelSession> sessions = {};
};

// An address has a throttle and cooldowns whether or not an account holds the address.
struct ModelAddress {
  std::string email;
  int failures = 0;
  absl::Time blocked_until = absl::InfinitePast();
  absl::Time forget_time = absl::InfinitePast();
  absl::Time verification_cooldown = absl::InfinitePast();
  absl::Time reset_cooldown = absl::InfinitePast();
  absl::Time change_cooldown = absl::InfinitePast();
  std::optional<ModelAccount> account = {};
};

class AccountModel {
 public:
  AccountModel(Store& store, std::uint64_t seed) : world_(store), random_(seed) {
    // Long enough for most deleted accounts to be restored: others stay unusable for the rest of the run.
    world_.accounts.retention = absl::Hours(12);
    world_.accounts.verification_ttl = absl::Hours(2);
    world_.sessions.idle_ttl = absl::Hours(1);
    world_.sessions.access_ttl = absl::Minutes(10);
    world_.sessions.refresh_ttl = absl::Hours(5);
    world_.sessions.max_per_user = 3;
    world_.sessions.require_verified_email = seed % 2 == 0;
    for (const char* email : {"ada@example.com", "bob@example.com", "eve@example.com"}) {
      addresses_.push_back({.email = email});
    }
  }

  void Step() {
    if (random_.Below(100) == 0) attacked_ = !attacked_;
    ModelAddress& address = addresses_[random_.Below(addresses_.size())];
    CallOneOf(address);
    for (const ModelAddress& each : addresses_) CheckAccount(each);
  }

  // Returns the number of sessions that were started.
  int CheckHistory() {
    CheckLists();
    return CheckEvents();
  }

 private:
  // A call that is listed several times is made more often.
  void CallOneOf(ModelAddress& address) {
    static constexpr std::array kCalls = {
        &AccountModel::SignInTo,      &AccountModel::SignInTo,      &AccountModel::SignInTo,
        &AccountModel::SignInTo,      &AccountModel::RefreshAny,    &AccountModel::RefreshAny,
        &AccountModel::RefreshAny,    &AccountModel::IntrospectAny, &AccountModel::IntrospectAny,
        &AccountModel::RevokeAny,     &AccountModel::RevokeAllOf,   &AccountModel::ChangePasswordOf,
        &AccountModel::RequestReset,  &AccountModel::ResetAny,      &AccountModel::Register,
        &AccountModel::RequestVerify, &AccountModel::VerifyAny,     &AccountModel::Update,
        &AccountModel::TakeStep,      &AccountModel::TakeStep,      &AccountModel::Wait,
        &AccountModel::StartChange,   &AccountModel::StartChange,   &AccountModel::ConfirmAny,
        &AccountModel::ConfirmAny,    &AccountModel::Erase,         &AccountModel::Import,
    };
    (this->*kCalls[random_.Below(kCalls.size())])(address);
  }

  absl::Time Now() { return world_.clock.Now(); }

  bool IsActive(const ModelSession& session) {
    return Now() < session.expire_time && Now() < session.last_use_time + world_.sessions.idle_ttl;
  }

  bool Accepts(const ModelSession& session) {
    return IsActive(session) && Now() < session.access_expire_time;
  }

  // Whether a right password starts a session.
  bool CanSignIn(const std::optional<ModelAccount>& account) {
    return account && account->state == UserState::kActive &&
           (account->verified || !world_.sessions.require_verified_email);
  }

  // Whether a call uses the right password.
  bool Knows() { return random_.Below(attacked_ ? 20 : 2) == 0; }

  std::string AnyOf(const std::vector<std::string>& known) {
    return known.empty() ? "unknown" : known[random_.Below(known.size())];
  }

  std::string NewPassword() { return StrCat("zq8#Lwp!-", ++passwords_); }

  // Returns the account for which `matches` returns true, or nullptr.
  template <typename Matches>
  ModelAccount* FindAccount(const Matches& matches) {
    for (ModelAddress& address : addresses_) {
      if (address.account && matches(*address.account)) return &*address.account;
    }
    return nullptr;
  }

  // Returns the session for which `matches` returns true, and its account.
  template <typename Matches>
  std::pair<ModelAccount*, std::size_t> FindSession(const Matches& matches) {
    std::size_t index = 0;
    ModelAccount* const account = FindAccount([&](const ModelAccount& each) {
      const auto found = std::find_if(each.sessions.begin(), each.sessions.end(), matches);
      index = static_cast<std::size_t>(found - each.sessions.begin());
      return found != each.sessions.end();
    });
    return {account, index};
  }

  static void Remove(ModelAccount& account, std::size_t index) {
    account.sessions.erase(account.sessions.begin() + static_cast<std::ptrdiff_t>(index));
  }

  void Register(ModelAddress& address) {
    RegisterUserCommand command = Registration(address.email);
    command.password = Secret(NewPassword());
    const auto registered = world_.Register(command);
    REQUIRE(ReasonOf(registered) == (address.account ? "EMAIL_TAKEN" : "OK"));
    if (!registered.ok()) return;
    address.account =
        ModelAccount{.id = registered->value()->id, .password = std::string(command.password.Reveal())};
    address.account->verification = SentToken(address, "verify_email", world_.accounts.verification_ttl);
    verification_tokens_.push_back(address.account->verification.text);
  }

  // Returns the token of the e-mail that was queued now.
  ModelToken SentToken(const ModelAddress& address, std::string_view template_name, absl::Duration ttl) {
    ModelToken token;
    for (const Message& message : world_.Outbox()) {
      if (message.template_name == template_name && message.to == address.email) {
        token = {message.variables.at("token"), Now() + ttl};
      }
    }
    REQUIRE_FALSE(token.text.empty());
    return token;
  }

  void RequestVerify(ModelAddress& address) {
    REQUIRE(ReasonOf(world_.Resend(address.email)) == "OK");
    if (!TryStart(address.verification_cooldown)) return;
    std::optional<ModelAccount>& account = address.account;
    if (!account || !TryStart(account->verification_cooldown)) return;
    if (account->state != UserState::kActive || account->verified) return;
    account->verification = SentToken(address, "verify_email", world_.accounts.verification_ttl);
    verification_tokens_.push_back(account->verification.text);
  }

  void VerifyAny(ModelAddress&) {
    const std::string token = AnyOf(verification_tokens_);
    ModelAccount* const account = FindAccount([&](const ModelAccount& each) {
      return each.verification.text == token && Now() < each.verification.expire_time;
    });
    const std::string reason = ReasonOf(world_.Verify(token));
    if (account == nullptr) {
      REQUIRE(reason == "TOKEN_INVALID");
    } else if (account->state != UserState::kActive) {
      REQUIRE(reason == "USER_STATE");
    } else {
      REQUIRE(reason == "OK");
      if (!account->verified) ++account->version;
      account->verified = true;
    }
  }

  // Starts the cooldown; returns false if it is active.
  bool TryStart(absl::Time& cooldown) {
    if (Now() < cooldown) return false;
    cooldown = Now() + world_.accounts.resend_cooldown;
    return true;
  }

  void StartChange(ModelAddress& address) {
    if (!address.account) return;
    ModelAccount& account = *address.account;
    ModelAddress& target = addresses_[random_.Below(addresses_.size())];
    const std::string reason = ReasonOf(world_.StartChange(world_.Load(account.id), target.email));
    if (account.state != UserState::kActive) {
      REQUIRE(reason == "USER_STATE");
    } else if (&target == &address) {
      REQUIRE(reason == "FIELD_INVALID");
    } else if (target.account) {
      REQUIRE(reason == "EMAIL_TAKEN");
    } else {
      REQUIRE(reason == "OK");
      if (!TryStart(account.change_cooldown) || !TryStart(target.change_cooldown)) return;
      account.change = SentToken(target, "email_change", world_.accounts.verification_ttl);
      account.new_email = target.email;
      change_tokens_.push_back(account.change.text);
    }
  }

  void ConfirmAny(ModelAddress&) {
    const std::string token = AnyOf(change_tokens_);
    const auto owner = std::find_if(addresses_.begin(), addresses_.end(), [&](const ModelAddress& each) {
      return each.account && each.account->change.text == token && Now() < each.account->change.expire_time;
    });
    const std::string reason = ReasonOf(world_.ConfirmChange(token));
    if (owner == addresses_.end()) {
      REQUIRE(reason == "TOKEN_INVALID");
      return;
    }
    const auto target = std::find_if(addresses_.begin(), addresses_.end(), [&](const ModelAddress& each) {
      return each.email == owner->account->new_email;
    });
    if (owner->account->state != UserState::kActive) {
      REQUIRE(reason == "USER_STATE");
    } else if (target->account) {
      REQUIRE(reason == "EMAIL_TAKEN");
    } else {
      REQUIRE(reason == "OK");
      target->account = std::exchange(owner->account, std::nullopt);
      target->account->verified = true;
      target->account->verification = target->account->reset = target->account->change = {};
      ++target->account->version;
    }
  }

  void Erase(ModelAddress& address) {
    if (!address.account || random_.Below(4) != 0) return;
    const UserId id = address.account->id;
    REQUIRE(ReasonOf(world_.Erase(world_.Load(id))) == "OK");
    Forget(address);
    REQUIRE(ReasonOf(world_.Erase(world_.Load(id))) == "USER_STATE");
  }

  // Models the erasure of the address's account.
  void Forget(ModelAddress& address) {
    const User user = world_.Load(address.account->id);
    REQUIRE(user->state == UserState::kErased);
    REQUIRE(user->email.empty());
    address = {.email = address.email};
  }

  void Import(ModelAddress& address) {
    const std::string password = NewPassword();
    const bool verified = random_.Below(2) == 0;
    UserRecord record;
    record.email = address.email;
    record.locale = "de";
    record.email_verified = verified;
    record.password_hash = FakePasswordHasher::ImportedPhc(Secret(password));
    const ImportResult result = Must(
        ImportUsers(world_.store, world_.hasher, world_.clock, world_.ids).Handle(world_.context, {record}));
    REQUIRE(result.imported == (address.account ? 0 : 1));
    if (address.account) {
      REQUIRE(ReasonOf(result.failures.at(0).status) == "EMAIL_TAKEN");
      return;
    }
    const User user = Must(GetUserByEmail(world_.store).Handle(world_.context, address.email));
    address.account = ModelAccount{.id = user->id, .password = password, .verified = verified};
  }

  void Update(ModelAddress& address) {
    if (!address.account) return;
    ModelAccount& account = *address.account;
    UpdateUserCommand command;
    command.id = account.id.ToString();
    command.locale = random_.Below(2) == 0 ? "de" : "fr";
    command.update_mask = {"locale"};
    const bool stale = random_.Below(4) == 0;
    command.etag = EtagOf(account.version - (stale ? 1 : 0));
    const std::string reason =
        ReasonOf(UpdateUser(world_.store, world_.clock).Handle(world_.context, command));
    if (stale) {
      REQUIRE(reason == "ETAG_MISMATCH");
    } else if (account.state == UserState::kDeleted) {
      REQUIRE(reason == "USER_STATE");
    } else {
      REQUIRE(reason == "OK");
      if (account.locale != command.locale) ++account.version;
      account.locale = command.locale;
    }
  }

  void TakeStep(ModelAddress& address) {
    if (!address.account) return;
    ModelAccount& account = *address.account;
    const User user = world_.Load(account.id);
    switch (random_.Below(6)) {
      case 0:
        return Suspend(account, ReasonOf(world_.Suspend(user)));
      case 1:
        return Delete(account, ReasonOf(world_.Delete(user)));
      case 2:
      case 3:
        return Reinstate(account, ReasonOf(world_.Reinstate(user)));
      default:
        return Undelete(account, ReasonOf(world_.Undelete(user)));
    }
  }

  // Returns true if the step is allowed. `reason` is the reason in the response.
  static bool Steps(ModelAccount& account, bool allowed, const std::string& reason) {
    REQUIRE(reason == (allowed ? "OK" : "USER_STATE"));
    if (allowed) ++account.version;
    return allowed;
  }

  static void Suspend(ModelAccount& account, const std::string& reason) {
    if (!Steps(account, account.state == UserState::kActive, reason)) return;
    account.state = UserState::kSuspended;
    account.suspended = true;
    account.sessions.clear();
  }

  static void Reinstate(ModelAccount& account, const std::string& reason) {
    if (!Steps(account, account.state == UserState::kSuspended, reason)) return;
    account.state = UserState::kActive;
    account.suspended = false;
  }

  void Delete(ModelAccount& account, const std::string& reason) {
    if (!Steps(account, account.state != UserState::kDeleted, reason)) return;
    account.state = UserState::kDeleted;
    account.purge_time = Now() + world_.accounts.retention;
    account.sessions.clear();
  }

  void Undelete(ModelAccount& account, const std::string& reason) {
    if (!Steps(account, account.state == UserState::kDeleted && Now() < account.purge_time, reason)) return;
    account.state = account.suspended ? UserState::kSuspended : UserState::kActive;
  }

  // Counts an attempt to use the password of an address, and returns the expected reason.
  std::string Attempt(ModelAddress& address, bool right) {
    if (Now() >= address.forget_time) address.failures = 0;
    if (address.failures >= 100 || (address.failures > 0 && Now() < address.blocked_until)) {
      return "SIGN_IN_THROTTLED";
    }
    if (right) {
      address.failures = 0;
      return "OK";
    }
    ++address.failures;
    if (address.failures > 10) {
      address.blocked_until =
          Now() + std::min(absl::Seconds(30) * (1 << std::min(address.failures - 11, 7)), absl::Hours(1));
    }
    address.forget_time = address.failures >= 100 ? absl::InfiniteFuture() : Now() + absl::Hours(24);
    return "CREDENTIALS_INVALID";
  }

  void SignInTo(ModelAddress& address) {
    const bool knows = address.account && Knows();
    const std::string password = knows ? address.account->password : "wrong";
    const auto issued = world_.TrySignIn(Credentials(password, address.email));
    REQUIRE(ReasonOf(issued) == Attempt(address, knows && CanSignIn(address.account)));
    if (!issued.ok()) return;
    std::vector<ModelSession>& sessions = address.account->sessions;
    std::erase_if(sessions, [&](const ModelSession& session) { return !IsActive(session); });
    if (sessions.size() == 3) Remove(*address.account, 0);
    ModelSession session{.id = issued->session->id,
                         .expire_time = Now() + world_.sessions.refresh_ttl,
                         .last_use_time = Now(),
                         .access_expire_time = Now(),
                         .rotate_time = Now(),
                         .access = "",
                         .refresh = ""};
    SetTokens(session, *issued);
    sessions.push_back(std::move(session));
  }

  void SetTokens(ModelSession& session, const IssuedSession& issued) {
    session.access = issued.tokens.access.Reveal();
    session.refresh = issued.tokens.refresh.Reveal();
    session.last_use_time = session.rotate_time = Now();
    session.access_expire_time = std::min(Now() + world_.sessions.access_ttl, session.expire_time);
    access_tokens_.push_back(session.access);
    refresh_tokens_.push_back(session.refresh);
  }

  void RefreshAny(ModelAddress&) {
    const std::string token = AnyOf(refresh_tokens_);
    const auto [account, index] = FindSession([&](const ModelSession& s) {
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
    } else if (session.previous == token && Now() < session.rotate_time + world_.sessions.refresh_grace) {
      REQUIRE(ReasonOf(issued) == "OK");
      REQUIRE(issued->tokens.access.Reveal() == session.access);
      REQUIRE(issued->tokens.refresh.Reveal() == session.refresh);
    } else {
      REQUIRE(ReasonOf(issued) == "REFRESH_TOKEN_REUSED");
      Remove(*account, index);
    }
  }

  void IntrospectAny(ModelAddress&) {
    const std::string token = AnyOf(access_tokens_);
    const auto [account, index] = FindSession([&](const ModelSession& s) { return s.access == token; });
    const auto found = world_.Introspect(Secret(token));
    if (account == nullptr || !Accepts(account->sessions[index])) {
      REQUIRE(ReasonOf(found) == "SESSION_INVALID");
      return;
    }
    ModelSession& session = account->sessions[index];
    REQUIRE(ReasonOf(found) == "OK");
    REQUIRE(found->session->id == session.id);
    REQUIRE(found->email_verified == account->verified);
    if (Now() >= session.last_use_time + absl::Minutes(1)) session.last_use_time = Now();
    Must(world_.RecordUses().status());
  }

  void RevokeAny(ModelAddress&) {
    const std::string token = AnyOf(access_tokens_);
    const auto [account, index] = FindSession([&](const ModelSession& s) { return s.access == token; });
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

  void RevokeAllOf(ModelAddress& address) {
    if (!address.account || random_.Below(4) != 0) return;
    std::vector<ModelSession>& sessions = address.account->sessions;
    const auto active = std::count_if(sessions.begin(), sessions.end(),
                                      [&](const ModelSession& session) { return IsActive(session); });
    REQUIRE(Must(world_.RevokeAll(address.account->id)) == active);
    sessions.clear();
  }

  void ChangePasswordOf(ModelAddress& address) {
    if (!address.account) return;
    ModelAccount& account = *address.account;
    const bool knows = Knows();
    const std::string chosen = NewPassword();
    std::optional<SessionId> keep;
    if (!account.sessions.empty()) keep = account.sessions[random_.Below(account.sessions.size())].id;
    const std::string reason =
        ReasonOf(world_.ChangeOf(account.id, knows ? account.password : "wrong", chosen, keep));
    REQUIRE(reason == (account.state == UserState::kActive ? Attempt(address, knows) : "USER_STATE"));
    if (reason != "OK") return;
    account.password = chosen;
    account.reset = account.change = {};
    std::erase_if(account.sessions, [&](const ModelSession& session) { return session.id != keep; });
  }

  void RequestReset(ModelAddress& address) {
    REQUIRE(ReasonOf(world_.RequestReset(address.email)) == "OK");
    if (!TryStart(address.reset_cooldown)) return;
    if (!address.account || !TryStart(address.account->reset_cooldown)) return;
    if (address.account->state != UserState::kActive) return;
    address.account->reset = SentToken(address, "password_reset", world_.accounts.reset_ttl);
    reset_tokens_.push_back(address.account->reset.text);
  }

  void ResetAny(ModelAddress&) {
    const std::string token = AnyOf(reset_tokens_);
    const std::string chosen = NewPassword();
    const auto owner = std::find_if(addresses_.begin(), addresses_.end(), [&](const ModelAddress& each) {
      return each.account && each.account->reset.text == token && Now() < each.account->reset.expire_time;
    });
    const std::string reason = ReasonOf(world_.Reset(token, chosen));
    if (owner == addresses_.end()) {
      REQUIRE(reason == "TOKEN_INVALID");
    } else if (owner->account->state != UserState::kActive) {
      REQUIRE(reason == "USER_STATE");
    } else {
      REQUIRE(reason == "OK");
      owner->account->password = chosen;
      owner->account->reset = owner->account->change = {};
      owner->account->sessions.clear();
      owner->failures = 0;
      owner->blocked_until = absl::InfinitePast();
    }
  }

  void Wait(ModelAddress&) {
    constexpr std::array<std::uint64_t, 4> kSeconds = {20, 20, 600, 7200};
    const std::uint64_t seconds = random_.Below(kSeconds[random_.Below(kSeconds.size())]);
    world_.clock.Advance(absl::Seconds(static_cast<std::int64_t>(seconds)));
    if (random_.Below(2) == 0) EraseExpired();
  }

  void EraseExpired() {
    world_.EraseExpired();
    for (ModelAddress& address : addresses_) {
      if (address.account && address.account->state == UserState::kDeleted &&
          Now() >= address.account->purge_time) {
        Forget(address);
      }
    }
  }

  void CheckAccount(const ModelAddress& address) {
    if (!address.account) return;
    const ModelAccount& account = *address.account;
    const User user = world_.Load(account.id);
    REQUIRE(user->email == address.email);
    REQUIRE(user->state == account.state);
    REQUIRE(user->email_verify_time.has_value() == account.verified);
    REQUIRE(user->suspend_time.has_value() == account.suspended);
    REQUIRE(user->version == account.version);
    REQUIRE(user->locale == account.locale);

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

  int CheckEvents() {
    Sha256Digest hash{};
    std::map<std::string, int> sessions;
    for (const Event& event : world_.Events()) {
      hash = ChainedHash(hash, event);
      REQUIRE(event.hash == hash);
      if (event.type == "session.started") REQUIRE(++sessions[event.subject] == 1);
      if (event.type == "session.refreshed") REQUIRE(sessions[event.subject] == 1);
      if (event.type == "session.revoked") REQUIRE(--sessions[event.subject] == 0);
    }
    return static_cast<int>(sessions.size());
  }

  void CheckLists() {
    for (const UserState state : {UserState::kActive, UserState::kSuspended, UserState::kDeleted}) {
      ListUsersQuery query;
      query.states = {state};
      const auto expected = std::count_if(
          addresses_.begin(), addresses_.end(),
          [&](const ModelAddress& each) { return each.account && each.account->state == state; });
      const UserPage page = Must(ListUsers(world_.store, world_.page_tokens).Handle(world_.context, query));
      REQUIRE(std::ssize(page.users) == expected);
    }
  }

  SessionWorld world_;
  FakeEntropy random_;
  // Whether most passwords are guesses.
  bool attacked_ = false;
  std::vector<ModelAddress> addresses_;
  // Every token that was ever issued.
  std::vector<std::string> access_tokens_;
  std::vector<std::string> refresh_tokens_;
  std::vector<std::string> reset_tokens_;
  std::vector<std::string> verification_tokens_;
  std::vector<std::string> change_tokens_;
  int passwords_ = 0;
};

}  // namespace

int RunAccountModel(Store& store, std::uint64_t seed, int steps) {
  AccountModel model(store, seed);
  for (int step = 0; step < steps; ++step) model.Step();
  return model.CheckHistory();
}

}  // namespace keelson
