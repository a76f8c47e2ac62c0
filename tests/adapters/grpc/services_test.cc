// Tests the services with the real core and the memory store: translation between messages and use cases.
#include "adapters/grpc/services.h"

#include <grpcpp/grpcpp.h>

#include <catch2/catch.hpp>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/escaping.h"
#include "adapters/grpc/server.h"
#include "adapters/store/memory/memory_store.h"
#include "core/common/sha256.h"
#include "core/common/status_macros.h"
#include "core/notifications/message_repository.h"
#include "core/refunds/refund_repository.h"
#include "core/refunds/refund_rules.h"
#include "core/store/store.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "keelson/accounts/v1/accounts.grpc.pb.h"
#include "keelson/ledger/v1/ledger.grpc.pb.h"
#include "keelson/notifications/v1/notifications.grpc.pb.h"
#include "keelson/orders/v1/orders.grpc.pb.h"
#include "keelson/refunds/v1/refunds.grpc.pb.h"
#include "keelson/sessions/v1/sessions.grpc.pb.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_entropy.h"
#include "tests/support/fake_password_hasher.h"
#include "tests/support/fake_renderer.h"
#include "tests/support/recording_log.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

namespace acc = accounts::v1;
namespace led = ledger::v1;
namespace ntf = notifications::v1;
namespace ord = orders::v1;
namespace ref = refunds::v1;
namespace ses = sessions::v1;

constexpr char kPassword[] = "zq8#Lwp!-xyz";
constexpr char kNewPassword[] = "a lantern for the night shift";

class FakeProviderStatuses : public ProviderStatuses {
 public:
  std::vector<ProviderStatus> ListProviders() const override {
    return {{.name = "smtp",
             .circuit = CircuitState::kOpen,
             .attempts = {7, 1, 2, 0, 0, 0, 0, 5},
             .last_error = "timeout"},
            {.name = "file", .attempts = {9}}};
  }
};

class FakePaymentProviderStatuses : public PaymentProviderStatuses {
 public:
  std::vector<PaymentProviderStatus> ListPaymentProviders() const override {
    return {{.name = "stripe",
             .circuit = CircuitState::kHalfOpen,
             .misconfigured = true,
             .attempts = {7, 1, 2, 0, 0, 0, 3, 0},
             .last_error = "invalid_api_key: Invalid API Key"},
            {.name = "recorded", .needs_confirmation = true}};
  }
};

struct Core {
  FakeClock clock;
  FakeEntropy entropy;
  RecordingLog log;
  MemoryStore store;
  IdGenerator ids{clock, entropy};
  FakePasswordHasher hasher;
  FakeRenderer renderer;
  FakeProviderStatuses provider_statuses;
  FakePaymentProviderStatuses payment_provider_statuses;
  UseCases use_cases{
      {store, hasher, clock, entropy, ids, renderer, provider_statuses, payment_provider_statuses, log},
      {.refunds = DefaultRefundPolicy(),
       .payments = {.providers = {"recorded", "stripe"}, .shared_references = true},
       .email_providers = {"smtp", "file"}}};
};

class Services {
 public:
  // Without roles, the server does not authenticate callers.
  explicit Services(const std::set<Role>& roles = {}) {
    GrpcServerOptions options;
    options.listen = "127.0.0.1:0";
    if (!roles.empty()) options.auth = OneClient(roles);
    auto started = GrpcServer::Start(options, core_.use_cases, core_.store, core_.entropy, core_.log);
    REQUIRE(started.ok());
    server_ = *std::move(started);
    const auto channel = grpc::CreateChannel("127.0.0.1:" + std::to_string(server_->port()),
                                             grpc::InsecureChannelCredentials());
    accounts = acc::AccountService::NewStub(channel);
    orders = ord::OrderService::NewStub(channel);
    refunds = ref::RefundService::NewStub(channel);
    ledger = led::LedgerService::NewStub(channel);
    notifications = ntf::NotificationService::NewStub(channel);
    sessions = ses::SessionService::NewStub(channel);
  }

  // Calls `method` of `stub`, and sets `status`.
  template <typename Stub, typename Request, typename Response>
  Response Call(Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                const Request& request) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer s3cret");
    Response response;
    status = (stub.*method)(&context, request, &response);
    return response;
  }

  // Changes the roles of the caller.
  void SetRoles(const std::set<Role>& roles) { Must(server_->PrepareAuthentication(OneClient(roles)))(); }

  std::string Register() {
    acc::RegisterUserRequest request;
    request.set_email(" Ada@Example.com ");
    request.set_password(kPassword);
    request.set_display_name("Ada");
    (*request.mutable_labels())["team"] = "red";
    const acc::User user = Call(*accounts, &acc::AccountService::Stub::RegisterUser, request).user();
    INFO(status.error_message());
    REQUIRE(status.ok());
    CHECK(user.email() == "Ada@Example.com");
    CHECK(user.state() == acc::USER_STATE_ACTIVE);
    CHECK(user.labels().at("team") == "red");
    CHECK_FALSE(user.has_email_verify_time());
    CHECK(user.create_time().seconds() == FakeClock::kStartSeconds);
    CHECK_FALSE(user.etag().empty());
    return user.id();
  }

  ses::SignInResponse SignIn(const std::string& password = kPassword) {
    ses::SignInRequest request;
    request.set_email("ada@example.com");
    request.set_password(password);
    request.set_user_agent("Firefox on Linux");
    request.set_ip_address("192.0.2.7");
    return Call(*sessions, &ses::SessionService::Stub::SignIn, request);
  }

  ord::Order Create(const std::string& user_id) {
    ord::CreateOrderRequest request;
    request.set_user_id(user_id);
    ord::OrderLine& line = *request.add_lines();
    line.set_sku("A-1");
    line.set_title("Anchor");
    line.set_quantity(3);
    SetEuro(*line.mutable_unit_price(), 1000);
    SetEuro(*request.mutable_shipping(), 500);
    ord::Order order = Call(*orders, &ord::OrderService::Stub::CreateOrder, request).order();
    INFO(status.error_message());
    REQUIRE(status.ok());
    return order;
  }

  ord::Order Shipped() {
    ord::Order order = Create(Register());
    ord::PayOrderRequest pay;
    pay.set_id(order.id());
    *pay.mutable_amount() = order.total();
    pay.mutable_payment()->set_provider("recorded");
    pay.mutable_payment()->set_provider_reference("p-1");
    Call(*orders, &ord::OrderService::Stub::PayOrder, pay);
    REQUIRE(status.ok());
    ord::ShipOrderRequest ship;
    ship.set_id(order.id());
    order = Call(*orders, &ord::OrderService::Stub::ShipOrder, ship).order();
    REQUIRE(status.ok());
    return order;
  }

  ord::Order Delivered() {
    ord::DeliverOrderRequest deliver;
    deliver.set_id(Shipped().id());
    const ord::Order order = Call(*orders, &ord::OrderService::Stub::DeliverOrder, deliver).order();
    REQUIRE(status.ok());
    return order;
  }

  // Returns the fields that the error of the last call names.
  std::vector<std::string> Fields() const {
    google::rpc::Status details;
    REQUIRE(details.ParseFromString(status.error_details()));
    std::vector<std::string> fields;
    google::rpc::BadRequest bad_request;
    for (const google::protobuf::Any& any : details.details()) {
      if (!any.UnpackTo(&bad_request)) continue;
      for (const auto& violation : bad_request.field_violations()) fields.push_back(violation.field());
    }
    return fields;
  }

  static void SetEuro(common::v1::Money& money, std::int64_t cents) {
    money.set_currency_code("EUR");
    money.set_minor_units(cents);
  }

  grpc::Status status;
  std::unique_ptr<acc::AccountService::Stub> accounts;
  std::unique_ptr<ord::OrderService::Stub> orders;
  std::unique_ptr<ref::RefundService::Stub> refunds;
  std::unique_ptr<led::LedgerService::Stub> ledger;
  std::unique_ptr<ntf::NotificationService::Stub> notifications;
  std::unique_ptr<ses::SessionService::Stub> sessions;

  Core& core() { return core_; }
  GrpcServer& server() { return *server_; }

  static GrpcAuthOptions OneClient(const std::set<Role>& roles) {
    const Sha256Digest digest = Sha256("s3cret");
    const absl::string_view bytes(reinterpret_cast<const char*>(digest.data()), digest.size());
    return {GrpcAuthOptions::Mode::kToken, {{"web", absl::BytesToHexString(bytes), "", roles}}};
  }

 private:
  Core core_;
  std::unique_ptr<GrpcServer> server_;
};

using Names = std::vector<std::string>;

TEST_CASE(
    "the services implement every method of their .proto files, with the same request and response types") {
  Core core;
  std::size_t offered = 0;
  for (const auto& service : {MakeAccountService(core.use_cases), MakeSessionService(core.use_cases),
                              MakeOrderService(core.use_cases), MakeRefundService(core.use_cases),
                              MakeLedgerService(core.use_cases), MakeNotificationService(core.use_cases)}) {
    const auto* descriptor =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(service->name());
    REQUIRE(descriptor != nullptr);
    CHECK(std::ssize(service->methods()) == descriptor->method_count());
    for (const Method& method : service->methods()) {
      INFO(method.path);
      const auto* contract = descriptor->FindMethodByName(method.path.substr(method.path.rfind('/') + 1));
      REQUIRE(contract != nullptr);
      CHECK(method.path == "/" + service->name() + "/" + contract->name());
      CHECK(contract->input_type() == method.request->GetDescriptor());
      CHECK(contract->output_type() == method.response->GetDescriptor());
      CHECK_FALSE((method.access == Access::kRead && Writes(method.work)));
      ++offered;
    }
  }
  CHECK(offered == 53);
}

TEST_CASE("a user can be read by id and by address") {
  Services services;
  const std::string id = services.Register();
  acc::GetUserRequest by_id;
  by_id.set_id(id);
  CHECK(services.Call(*services.accounts, &acc::AccountService::Stub::GetUser, by_id).user().display_name() ==
        "Ada");
  acc::GetUserByEmailRequest by_email;
  by_email.set_email("ada@example.COM");
  CHECK(services.Call(*services.accounts, &acc::AccountService::Stub::GetUserByEmail, by_email).user().id() ==
        id);
}

TEST_CASE("a batch read returns users in the requested order, and unknown ids separately") {
  Services services;
  const std::string id = services.Register();
  const std::string unknown = "user_01h455vb4pex5vsknk084sn02q";
  acc::BatchGetUsersRequest batch;
  for (const std::string& asked : {id, unknown, id}) batch.add_ids(asked);
  const auto found = services.Call(*services.accounts, &acc::AccountService::Stub::BatchGetUsers, batch);
  REQUIRE(services.status.ok());
  REQUIRE(found.users_size() == 2);
  CHECK(found.users(1).id() == id);
  CHECK(found.users(1).labels().at("team") == "red");
  REQUIRE(found.missing_ids_size() == 1);
  CHECK(found.missing_ids(0) == unknown);

  batch.set_ids(1, "order_01h455vb4pex5vsknk084sn02q");
  services.Call(*services.accounts, &acc::AccountService::Stub::BatchGetUsers, batch);
  CHECK(services.Fields() == Names{"ids[1]"});
}

TEST_CASE("users are listed in pages, filtered by state, address and time") {
  Services services;
  const std::string id = services.Register();
  const auto list = [&](const acc::ListUsersRequest& request) {
    return services.Call(*services.accounts, &acc::AccountService::Stub::ListUsers, request);
  };
  acc::ListUsersRequest request;
  CHECK(list(request).users(0).id() == id);
  request.add_states(acc::USER_STATE_ACTIVE);
  request.set_email_prefix("ADA@");
  request.mutable_created_from()->set_seconds(FakeClock::kStartSeconds);
  request.mutable_created_before()->set_seconds(FakeClock::kStartSeconds + 1);
  CHECK(list(request).users_size() == 1);
  CHECK(list(request).next_page_token().empty());
  request.set_email_prefix("eve@");
  CHECK(list(request).users_size() == 0);
  CHECK(services.status.ok());

  request.set_page_size(-1);
  request.clear_states();
  list(request);
  CHECK(services.Fields() == Names{"page_size"});
  request.add_states(static_cast<acc::UserState>(5));
  list(request);
  CHECK(services.Fields() == Names{"states[0]"});
}

TEST_CASE("SignIn returns a session with its tokens, and IntrospectSession returns the session") {
  Services services;
  const std::string user_id = services.Register();
  const ses::SignInResponse signed_in = services.SignIn();
  REQUIRE(services.status.ok());
  const ses::Session& session = signed_in.session();
  CHECK(session.id().starts_with("session_"));
  CHECK(session.user_id() == user_id);
  CHECK(session.user_agent() == "Firefox on Linux");
  CHECK(session.ip_address() == "192.0.2.7");
  const SessionPolicy policy;
  const auto after = [](absl::Duration time) {
    return FakeClock::kStartSeconds + absl::ToInt64Seconds(time);
  };
  CHECK(session.create_time().seconds() == FakeClock::kStartSeconds);
  CHECK(session.last_use_time().seconds() == FakeClock::kStartSeconds);
  CHECK(session.access_expire_time().seconds() == after(policy.access_ttl));
  CHECK(session.expire_time().seconds() == after(policy.refresh_ttl));

  ses::IntrospectSessionRequest introspect;
  introspect.set_access_token(signed_in.access_token());
  const auto found =
      services.Call(*services.sessions, &ses::SessionService::Stub::IntrospectSession, introspect);
  CHECK(found.session().SerializeAsString() == session.SerializeAsString());
  CHECK_FALSE(found.email_verified());
}

TEST_CASE("RefreshSession returns the session with new tokens") {
  Services services;
  services.Register();
  const ses::SignInResponse signed_in = services.SignIn();
  ses::RefreshSessionRequest refresh;
  refresh.set_refresh_token(signed_in.refresh_token());
  const auto refreshed =
      services.Call(*services.sessions, &ses::SessionService::Stub::RefreshSession, refresh);
  REQUIRE(services.status.ok());
  CHECK(refreshed.session().id() == signed_in.session().id());
  CHECK(refreshed.access_token().size() == signed_in.access_token().size());
  CHECK(refreshed.access_token() != signed_in.access_token());
  CHECK(refreshed.refresh_token().size() == signed_in.refresh_token().size());
  CHECK(refreshed.refresh_token() != signed_in.refresh_token());
}

TEST_CASE("sessions are listed in pages, and revoked by access token, by id and by user") {
  Services services;
  const std::string user_id = services.Register();
  std::vector<ses::SignInResponse> signed_in;
  for (int i = 0; i < 4; ++i) signed_in.push_back(services.SignIn());
  const auto revoke = [&](const ses::RevokeSessionRequest& request) {
    services.Call(*services.sessions, &ses::SessionService::Stub::RevokeSession, request);
    return services.status.error_code();
  };
  ses::RevokeSessionRequest request;
  CHECK(revoke(request) == grpc::INVALID_ARGUMENT);
  CHECK(services.Fields() == Names{"access_token"});
  request.set_access_token(signed_in[0].access_token());
  CHECK(revoke(request) == grpc::OK);
  CHECK(revoke(request) == grpc::UNAUTHENTICATED);
  request.set_session_id(signed_in[1].session().id());
  CHECK(revoke(request) == grpc::OK);
  CHECK(revoke(request) == grpc::NOT_FOUND);

  ses::ListSessionsRequest list;
  list.set_user_id(user_id);
  list.set_page_size(1);
  std::vector<std::string> ids;
  do {
    const auto page = services.Call(*services.sessions, &ses::SessionService::Stub::ListSessions, list);
    REQUIRE(services.status.ok());
    for (const ses::Session& session : page.sessions()) ids.push_back(session.id());
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  CHECK(ids == Names{signed_in[3].session().id(), signed_in[2].session().id()});

  ses::RevokeAllSessionsRequest all;
  all.set_user_id(user_id);
  CHECK(services.Call(*services.sessions, &ses::SessionService::Stub::RevokeAllSessions, all).revoked() == 2);
}

// Returns the token in the queued e-mail of the template.
std::string TokenIn(Services& services, std::string_view template_name) {
  std::string token;
  const absl::Status status =
      services.core().store.Read(Deadline::Never(), [&](ReadTransaction& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const std::vector<Message> messages, tx.messages().List({}, std::nullopt, 10));
        for (const Message& message : messages) {
          if (message.template_name == template_name) token = message.variables.at("token");
        }
        return absl::OkStatus();
      });
  REQUIRE(status.ok());
  return token;
}

TEST_CASE("ResetPassword takes the token of the e-mail that RequestPasswordReset queued") {
  Services services;
  services.Register();
  ses::RequestPasswordResetRequest request;
  request.set_email("ada@example.com");
  services.Call(*services.sessions, &ses::SessionService::Stub::RequestPasswordReset, request);
  REQUIRE(services.status.ok());
  ses::ResetPasswordRequest reset;
  services.Call(*services.sessions, &ses::SessionService::Stub::ResetPassword, reset);
  CHECK(services.Fields() == Names{"token", "new_password"});
  reset.set_token(TokenIn(services, "password_reset"));
  reset.set_new_password(kNewPassword);
  services.Call(*services.sessions, &ses::SessionService::Stub::ResetPassword, reset);
  CHECK(services.status.ok());
  services.SignIn(kNewPassword);
  CHECK(services.status.ok());
}

TEST_CASE("ConfirmEmailChange takes the token of the e-mail that StartEmailChange queued") {
  Services services;
  acc::StartEmailChangeRequest start;
  start.set_user_id(services.Register());
  const auto call_start = [&] {
    services.Call(*services.accounts, &acc::AccountService::Stub::StartEmailChange, start);
  };
  call_start();
  CHECK(services.Fields() == Names{"new_email"});
  start.set_request_id("e1");
  start.set_new_email("ada@example.org");
  for (int i = 0; i < 2; ++i) {
    call_start();
    CHECK(services.status.ok());
  }
  start.set_new_email("other@example.org");
  call_start();
  CHECK(services.status.error_code() == grpc::INVALID_ARGUMENT);

  acc::ConfirmEmailChangeRequest confirm;
  const auto call_confirm = [&] {
    return services.Call(*services.accounts, &acc::AccountService::Stub::ConfirmEmailChange, confirm).user();
  };
  call_confirm();
  CHECK(services.Fields() == Names{"token"});
  confirm.set_token(TokenIn(services, "email_change"));
  const acc::User user = call_confirm();
  REQUIRE(services.status.ok());
  CHECK(user.id() == start.user_id());
  CHECK(user.email() == "ada@example.org");
  CHECK(user.has_email_verify_time());
  call_confirm();
  CHECK(services.status.error_code() == grpc::INVALID_ARGUMENT);
}

TEST_CASE("ChangePassword keeps the named session and returns OK again for the same request id") {
  Services services;
  ses::ChangePasswordRequest change;
  change.set_user_id(services.Register());
  services.Call(*services.sessions, &ses::SessionService::Stub::ChangePassword, change);
  CHECK(services.Fields() == Names{"current_password", "new_password"});
  services.SignIn();
  const std::string kept = services.SignIn().session().id();
  change.set_request_id("c1");
  change.set_current_password(kPassword);
  change.set_new_password(kNewPassword);
  change.set_keep_session_id(kept);
  for (int i = 0; i < 2; ++i) {
    services.Call(*services.sessions, &ses::SessionService::Stub::ChangePassword, change);
    CHECK(services.status.ok());
  }
  ses::ListSessionsRequest list;
  list.set_user_id(change.user_id());
  const auto page = services.Call(*services.sessions, &ses::SessionService::Stub::ListSessions, list);
  REQUIRE(page.sessions_size() == 1);
  CHECK(page.sessions(0).id() == kept);
}

TEST_CASE("UpdateUser updates the fields that update_mask names, and compares the etag") {
  Services services;
  acc::UpdateUserRequest request;
  request.mutable_user()->set_id(services.Register());
  request.mutable_user()->set_email("ignored@example.com");
  request.mutable_user()->set_display_name("Ada L.");
  request.mutable_user()->set_locale("fr");
  (*request.mutable_user()->mutable_labels())["team"] = "blue";
  request.mutable_update_mask()->add_paths("display_name");
  request.mutable_update_mask()->add_paths("labels");
  const auto update = [&] {
    return services.Call(*services.accounts, &acc::AccountService::Stub::UpdateUser, request).user();
  };
  const acc::User updated = update();
  REQUIRE(services.status.ok());
  CHECK(updated.email() == "Ada@Example.com");
  CHECK(updated.display_name() == "Ada L.");
  CHECK(updated.locale() == "en");
  CHECK(updated.labels().at("team") == "blue");

  request.mutable_user()->set_etag("v1");
  update();
  CHECK(services.status.error_code() == grpc::StatusCode::ABORTED);
  request.clear_update_mask();
  request.clear_user();
  update();
  CHECK(services.Fields() == Names{"update_mask", "user.id"});
}

TEST_CASE("a user is suspended, reinstated, deleted and undeleted") {
  Services services;
  const std::string id = services.Register();
  using Stub = acc::AccountService::Stub;
  const auto change = [&](auto method, auto request) {
    request.set_id(id);
    return services.Call(*services.accounts, method, request).user();
  };
  acc::SuspendUserRequest suspend;
  suspend.set_reason("a\nb");
  change(&Stub::SuspendUser, suspend);
  CHECK(services.Fields() == Names{"reason"});
  CHECK(change(&Stub::SuspendUser, acc::SuspendUserRequest()).state() == acc::USER_STATE_SUSPENDED);
  acc::ReinstateUserRequest reinstate;
  reinstate.set_reason("a\nb");
  change(&Stub::ReinstateUser, reinstate);
  CHECK(services.Fields() == Names{"reason"});
  const acc::User active = change(&Stub::ReinstateUser, acc::ReinstateUserRequest());
  CHECK(active.state() == acc::USER_STATE_ACTIVE);
  change(&Stub::ReinstateUser, acc::ReinstateUserRequest());
  CHECK(services.status.error_code() == grpc::StatusCode::FAILED_PRECONDITION);

  acc::DeleteUserRequest remove;
  remove.set_etag("v1");
  change(&Stub::DeleteUser, remove);
  CHECK(services.status.error_code() == grpc::StatusCode::ABORTED);
  remove.set_etag(active.etag());
  const acc::User deleted = change(&Stub::DeleteUser, remove);
  CHECK(deleted.state() == acc::USER_STATE_DELETED);
  CHECK(deleted.delete_time().seconds() == FakeClock::kStartSeconds);
  CHECK(deleted.purge_time().seconds() == FakeClock::kStartSeconds + 720 * 3600);
  const acc::User undeleted = change(&Stub::UndeleteUser, acc::UndeleteUserRequest());
  CHECK(undeleted.state() == acc::USER_STATE_ACTIVE);
  CHECK_FALSE(undeleted.has_delete_time());
  CHECK_FALSE(undeleted.has_purge_time());

  acc::ExportUserRequest export_request;
  export_request.set_id(id);
  const auto export_user = [&] {
    return services.Call(*services.accounts, &Stub::ExportUser, export_request).json();
  };
  CHECK(export_user().starts_with("{\"user\":{\"id\":\"" + id + "\",\"email\":\"Ada@Example.com\""));
  acc::EraseUserRequest erase;
  erase.set_reason("a\nb");
  change(&Stub::EraseUser, erase);
  CHECK(services.Fields() == Names{"reason"});
  const acc::User erased = change(&Stub::EraseUser, acc::EraseUserRequest());
  CHECK(erased.state() == acc::USER_STATE_ERASED);
  CHECK(erased.id() == id);
  CHECK(erased.email().empty());
  CHECK(export_user().find("Ada@Example.com") == std::string::npos);
  export_request.set_id("ada");
  export_user();
  CHECK(services.Fields() == Names{"id"});
}

TEST_CASE("every change of a user's state compares the etag of the request") {
  Services services;
  acc::GetUserRequest get;
  get.set_id(services.Register());
  using Stub = acc::AccountService::Stub;
  acc::User user = services.Call(*services.accounts, &Stub::GetUser, get).user();
  const auto check = [&](auto method, auto request, acc::UserState state) {
    CAPTURE(request.GetDescriptor()->name());
    const std::string before = user.SerializeAsString();
    request.set_id(user.id());
    request.set_etag("v0");
    services.Call(*services.accounts, method, request);
    CHECK(services.status.error_code() == grpc::StatusCode::ABORTED);
    CHECK(services.Call(*services.accounts, &Stub::GetUser, get).user().SerializeAsString() == before);
    request.set_etag(user.etag());
    user = services.Call(*services.accounts, method, request).user();
    REQUIRE(services.status.ok());
    CHECK(user.state() == state);
  };
  check(&Stub::SuspendUser, acc::SuspendUserRequest(), acc::USER_STATE_SUSPENDED);
  check(&Stub::ReinstateUser, acc::ReinstateUserRequest(), acc::USER_STATE_ACTIVE);
  check(&Stub::DeleteUser, acc::DeleteUserRequest(), acc::USER_STATE_DELETED);
  check(&Stub::UndeleteUser, acc::UndeleteUserRequest(), acc::USER_STATE_ACTIVE);
  check(&Stub::EraseUser, acc::EraseUserRequest(), acc::USER_STATE_ERASED);
}

TEST_CASE("ImportUsers is a client stream and requires kAdminister") {
  Core core;
  const auto service = MakeAccountService(core.use_cases);
  for (const Method& method : service->methods()) {
    const bool imports = method.path.ends_with("/ImportUsers");
    CHECK(method.streams() == imports);
    if (imports) CHECK(method.access == Access::kAdminister);
  }
}

acc::ImportUsersResponse Import(Services& services, const std::vector<acc::ImportUsersRequest>& requests) {
  grpc::ClientContext context;
  acc::ImportUsersResponse response;
  const auto writer = services.accounts->ImportUsers(&context, &response);
  for (const acc::ImportUsersRequest& request : requests) writer->Write(request);
  writer->WritesDone();
  services.status = writer->Finish();
  return response;
}

acc::ImportUsersRequest ImportOf(const std::string& email) {
  acc::ImportUsersRequest request;
  request.set_email(email);
  return request;
}

TEST_CASE("ImportUsers creates users with every field of the record, who sign in with their password") {
  Services services;
  acc::ImportUsersRequest request = ImportOf("Ada@example.com");
  request.set_password_hash(FakePasswordHasher::ImportedPhc(Secret(kPassword)));
  request.set_display_name("Ada");
  request.set_locale("fr");
  request.set_email_verified(true);
  (*request.mutable_labels())["team"] = "red";
  request.mutable_create_time()->set_seconds(1000);
  const acc::ImportUsersResponse response = Import(services, {request});
  INFO(services.status.error_message());
  REQUIRE(services.status.ok());
  CHECK(response.imported() == 1);
  CHECK(response.failed() == 0);

  acc::GetUserByEmailRequest get;
  get.set_email("ada@example.com");
  const acc::User user =
      services.Call(*services.accounts, &acc::AccountService::Stub::GetUserByEmail, get).user();
  CHECK(user.email() == "Ada@example.com");
  CHECK(user.display_name() == "Ada");
  CHECK(user.locale() == "fr");
  CHECK(user.labels().at("team") == "red");
  CHECK(user.create_time().seconds() == 1000);
  CHECK(user.email_verify_time().seconds() == FakeClock::kStartSeconds);
  services.SignIn();
  CHECK(services.status.ok());
}

TEST_CASE("ImportUsers lists each failed record with its index in the stream, its reason and its fields") {
  Services services;
  std::vector<acc::ImportUsersRequest> requests;
  for (int i = 0; i < 1500; ++i) requests.push_back(ImportOf(std::to_string(i) + "@example.com"));
  requests[1].set_email("nobody");
  requests[1].mutable_create_time()->set_seconds(std::numeric_limits<std::int64_t>::max());
  requests[1200].set_email("0@EXAMPLE.com");
  requests[1300].set_email(std::string(1000, 'x'));
  const acc::ImportUsersResponse response = Import(services, requests);
  REQUIRE(services.status.ok());
  CHECK(response.imported() == 1497);
  CHECK(response.failed() == 3);
  REQUIRE(response.failures_size() == 3);
  CHECK(response.failures(0).index() == 1);
  CHECK(response.failures(0).email() == "nobody");
  CHECK(response.failures(0).reason() == "FIELD_INVALID");
  CHECK_THAT(response.failures(0).message(), Catch::Contains("create_time ") && Catch::Contains("; email "));
  CHECK(response.failures(1).index() == 1200);
  CHECK(response.failures(1).email() == "0@EXAMPLE.com");
  CHECK(response.failures(1).reason() == "EMAIL_TAKEN");
  CHECK(response.failures(2).index() == 1300);
  CHECK(response.failures(2).email().empty());
}

TEST_CASE("the response of ImportUsers lists a bounded number of failures and counts all") {
  Services services;
  const std::vector<acc::ImportUsersRequest> records(12'000, ImportOf("nobody"));
  const acc::ImportUsersResponse many = Import(services, records);
  REQUIRE(services.status.ok());
  CHECK(many.failed() == 12'000);
  CHECK(many.failures_size() == 10'000);
  CHECK(many.failures(9'999).index() == 9'999);

  // The messages name each of the labels.
  acc::ImportUsersRequest labelled = ImportOf("nobody");
  for (int i = 0; i < 20; ++i) {
    (*labelled.mutable_labels())[std::string(100, 'x') + std::to_string(i)] = "";
  }
  const acc::ImportUsersResponse large =
      Import(services, std::vector<acc::ImportUsersRequest>(3'000, labelled));
  INFO(services.status.error_message());
  REQUIRE(services.status.ok());
  CHECK(large.failed() == 3'000);
  CHECK(large.failures_size() < 3'000);
  CHECK(large.ByteSizeLong() < std::size_t{7} << 19);
}

TEST_CASE("ImportOrders is a client stream and requires kAdminister") {
  Core core;
  const auto service = MakeOrderService(core.use_cases);
  for (const Method& method : service->methods()) {
    const bool imports = method.path.ends_with("/ImportOrders");
    CHECK(method.streams() == imports);
    if (imports) CHECK(method.access == Access::kAdminister);
  }
}

ord::ImportOrdersResponse ImportOrdersOf(Services& services,
                                         const std::vector<ord::ImportOrdersRequest>& requests) {
  grpc::ClientContext context;
  ord::ImportOrdersResponse response;
  const auto writer = services.orders->ImportOrders(&context, &response);
  for (const ord::ImportOrdersRequest& request : requests) writer->Write(request);
  writer->WritesDone();
  services.status = writer->Finish();
  return response;
}

// A PAID order over 20.00 EUR.
ord::ImportOrdersRequest ImportOfOrder(const std::string& reference) {
  ord::ImportOrdersRequest request;
  request.set_user_email("ada@example.com");
  ord::OrderLine& line = *request.add_lines();
  line.set_sku("mug");
  line.set_quantity(2);
  line.mutable_unit_price()->set_currency_code("EUR");
  line.mutable_unit_price()->set_minor_units(1000);
  request.set_reference(reference);
  request.set_state(ord::ORDER_STATE_PAID);
  request.mutable_create_time()->set_seconds(1000);
  request.mutable_pay_time()->set_seconds(2000);
  request.mutable_payment()->set_provider_reference("ch-1");
  return request;
}

TEST_CASE("ImportOrders creates orders and refunds with every field of the record") {
  Services services;
  const std::string user_id = services.Register();
  ord::ImportOrdersRequest request = ImportOfOrder("R-1");
  request.set_state(ord::ORDER_STATE_DELIVERED);
  request.mutable_ship_time()->set_seconds(3000);
  request.mutable_deliver_time()->set_seconds(4000);
  request.mutable_shipping()->set_currency_code("EUR");
  request.mutable_shipping()->set_minor_units(500);
  (*request.mutable_labels())["channel"] = "web";
  ord::ImportedRefund& refund = *request.add_refunds();
  ref::RefundLine& line = *refund.mutable_scope()->mutable_lines()->add_lines();
  line.set_line_id("1");
  line.set_quantity(1);
  line.mutable_amount()->set_currency_code("EUR");
  line.mutable_amount()->set_minor_units(900);
  refund.set_reason(ref::REFUND_REASON_DEFECTIVE);
  refund.set_note("broken");
  refund.mutable_create_time()->set_seconds(5000);
  refund.mutable_settle_time()->set_seconds(6000);
  refund.set_provider_reference("re-1");
  ord::ImportOrdersRequest cancelled = ImportOfOrder("R-2");
  cancelled.set_user_id(user_id);
  cancelled.set_state(ord::ORDER_STATE_CANCELLED);
  cancelled.mutable_cancel_time()->set_seconds(3000);
  const ord::ImportOrdersResponse response = ImportOrdersOf(services, {request, cancelled, request});
  INFO(services.status.error_message());
  REQUIRE(services.status.ok());
  CHECK(response.ShortDebugString() == "imported: 2 existing: 1");

  ord::GetOrderRequest get;
  get.set_reference("R-1");
  const ord::Order order = services.Call(*services.orders, &ord::OrderService::Stub::GetOrder, get).order();
  CHECK(order.user_id() == user_id);
  CHECK(order.state() == ord::ORDER_STATE_DELIVERED);
  CHECK(order.create_time().seconds() == 1000);
  CHECK(order.pay_time().seconds() == 2000);
  CHECK(order.ship_time().seconds() == 3000);
  CHECK(order.deliver_time().seconds() == 4000);
  CHECK(order.labels().at("channel") == "web");
  CHECK(order.payment().provider_reference() == "ch-1");
  CHECK(order.total().minor_units() == 2500);
  CHECK(order.refunded().minor_units() == 900);
  CHECK(order.lines(0).withheld().minor_units() == 100);

  ref::ListRefundsRequest list;
  list.set_order_id(order.id());
  const auto refunds = services.Call(*services.refunds, &ref::RefundService::Stub::ListRefunds, list);
  REQUIRE(refunds.refunds_size() == 1);
  CHECK(refunds.refunds(0).state() == ref::REFUND_STATE_SUCCEEDED);
  CHECK(refunds.refunds(0).reason() == ref::REFUND_REASON_DEFECTIVE);
  CHECK(refunds.refunds(0).note() == "broken");
  CHECK(refunds.refunds(0).create_time().seconds() == 5000);
  CHECK(refunds.refunds(0).settle_time().seconds() == 6000);
  CHECK(refunds.refunds(0).provider_reference() == "re-1");
}

TEST_CASE("ImportOrders lists each failed order with its index in the stream, its reason and its fields") {
  Services services;
  services.Register();
  std::vector<ord::ImportOrdersRequest> requests;
  for (int i = 0; i < 1500; ++i) requests.push_back(ImportOfOrder("R-" + std::to_string(i)));
  requests[1].set_state(static_cast<ord::OrderState>(99));
  requests[1].mutable_pay_time()->set_seconds(std::numeric_limits<std::int64_t>::max());
  requests[2].add_refunds()->set_reason(static_cast<ref::RefundReason>(99));
  requests[3].set_user_email("eve@example.com");
  requests[1200].set_reference("R-0");
  requests[1200].mutable_create_time()->set_seconds(999);
  requests[1300].set_reference(std::string(1000, 'x'));
  requests[1400].set_reference("R-0");
  const ord::ImportOrdersResponse response = ImportOrdersOf(services, requests);
  REQUIRE(services.status.ok());
  CHECK(response.imported() == 1494);
  CHECK(response.existing() == 1);
  CHECK(response.failed() == 5);
  REQUIRE(response.failures_size() == 5);
  CHECK(response.failures(0).index() == 1);
  CHECK(response.failures(0).reference() == "R-1");
  CHECK(response.failures(0).reason() == "FIELD_INVALID");
  CHECK_THAT(response.failures(0).message(), Catch::Contains("pay_time must be a time"));
  CHECK_THAT(response.failures(1).message(), Catch::Contains("refunds[0].reason must be a known value"));
  CHECK(response.failures(2).reason() == "USER_NOT_FOUND");
  CHECK(response.failures(3).index() == 1200);
  CHECK(response.failures(3).reason() == "REFERENCE_TAKEN");
  CHECK(response.failures(4).index() == 1300);
  CHECK(response.failures(4).reference().empty());
}

TEST_CASE("the request_id of a change of a user makes the call idempotent") {
  Services services;
  acc::SuspendUserRequest request;
  request.set_id(services.Register());
  request.set_request_id("r1");
  const auto suspend = [&] {
    return services.Call(*services.accounts, &acc::AccountService::Stub::SuspendUser, request)
        .SerializeAsString();
  };
  const std::string first = suspend();
  REQUIRE(services.status.ok());
  CHECK(suspend() == first);
  CHECK(services.status.ok());
}

TEST_CASE("a new order is PENDING, with amounts and lines but without a payment") {
  Services services;
  const ord::Order pending = services.Create(services.Register());
  CHECK(pending.state() == ord::ORDER_STATE_PENDING);
  CHECK(pending.total().minor_units() == 3500);
  CHECK(pending.total().currency_code() == "EUR");
  CHECK(pending.has_paid());
  CHECK(pending.has_refundable());
  CHECK_FALSE(pending.has_payment());
  CHECK_FALSE(pending.has_pay_time());
  REQUIRE(pending.lines_size() == 1);
  CHECK(pending.lines(0).line_id() == "1");
  CHECK(pending.lines(0).total().minor_units() == 3000);
  CHECK(pending.lines(0).discount().currency_code() == "EUR");
}

TEST_CASE("a refund of one order line can be checked, created and listed") {
  Services services;
  const ord::Order order = services.Delivered();
  CHECK(order.payment().provider_reference() == "p-1");
  CHECK(order.has_deliver_time());
  ref::CheckRefundRequest check;
  check.set_order_id(order.id());
  ref::RefundLine& line = *check.mutable_scope()->mutable_lines()->add_lines();
  line.set_line_id("1");
  line.set_quantity(2);
  const ref::CheckRefundResponse judged =
      services.Call(*services.refunds, &ref::RefundService::Stub::CheckRefund, check);
  CHECK(judged.allowed());
  CHECK(judged.amount().minor_units() == 2000);
  CHECK(static_cast<std::size_t>(judged.verdicts_size()) == RefundRules().size());
  CHECK(judged.verdicts(0).rule() == "ORDER_PAID");

  ref::CreateRefundRequest create;
  create.set_order_id(order.id());
  *create.mutable_scope() = check.scope();
  create.set_reason(ref::REFUND_REASON_DEFECTIVE);
  const ref::Refund refund =
      services.Call(*services.refunds, &ref::RefundService::Stub::CreateRefund, create).refund();
  REQUIRE(services.status.ok());
  CHECK(refund.state() == ref::REFUND_STATE_APPROVED);
  CHECK(refund.requested_by() == "anonymous");
  CHECK(refund.lines(0).line_id() == "1");
  CHECK(refund.lines(0).amount().minor_units() == 2000);

  ref::ListRefundsRequest list;
  list.add_states(ref::REFUND_STATE_APPROVED);
  const auto page = services.Call(*services.refunds, &ref::RefundService::Stub::ListRefunds, list);
  REQUIRE(page.refunds_size() == 1);
  CHECK(page.refunds(0).id() == refund.id());
}

TEST_CASE("ListLedgerEntries returns each entry with its debit and its credit, and applies every filter") {
  Services services;
  const ord::Order order = services.Delivered();
  ref::CreateRefundRequest create;
  create.set_order_id(order.id());
  Services::SetEuro(*create.mutable_scope()->mutable_amount(), 150);
  const ref::Refund refund =
      services.Call(*services.refunds, &ref::RefundService::Stub::CreateRefund, create).refund();
  REQUIRE(services.status.ok());
  const auto list = [&](auto change) {
    led::ListLedgerEntriesRequest request;
    change(request);
    const auto page = services.Call(*services.ledger, &led::LedgerService::Stub::ListLedgerEntries, request);
    INFO(services.status.error_message());
    REQUIRE(services.status.ok());
    return page;
  };
  const led::ListLedgerEntriesResponse page = list([](auto&) {});
  REQUIRE(page.entries_size() == 2);
  CHECK(page.next_page_token().empty());

  const led::LedgerEntry& hold = page.entries(0);
  CHECK(hold.id().starts_with("entry_"));
  CHECK(hold.order_id() == order.id());
  CHECK(hold.refund_id() == refund.id());
  CHECK(hold.type() == led::LEDGER_ENTRY_TYPE_REFUND_HOLD);
  CHECK(hold.payment_provider() == "recorded");
  CHECK(hold.create_time().seconds() == refund.create_time().seconds());
  REQUIRE(hold.postings_size() == 2);
  CHECK(hold.postings(0).account() == led::LEDGER_ACCOUNT_CUSTOMERS);
  CHECK(hold.postings(0).amount().minor_units() == 150);
  CHECK(hold.postings(1).account() == led::LEDGER_ACCOUNT_REFUND_RESERVE);
  CHECK(hold.postings(1).amount().minor_units() == -150);
  CHECK(hold.postings(1).amount().currency_code() == "EUR");

  const led::LedgerEntry& payment = page.entries(1);
  CHECK(payment.refund_id().empty());
  CHECK(payment.type() == led::LEDGER_ENTRY_TYPE_PAYMENT);
  CHECK(payment.postings(0).account() == led::LEDGER_ACCOUNT_PAYMENT_CLEARING);
  CHECK(payment.postings(0).amount().minor_units() == order.paid().minor_units());
  CHECK(payment.postings(1).account() == led::LEDGER_ACCOUNT_CUSTOMERS);

  const auto count = [&](auto change) { return list(change).entries_size(); };
  CHECK(count([&](auto& r) { r.set_order_id(order.id()); }) == 2);
  CHECK(count([&](auto& r) { r.set_refund_id(refund.id()); }) == 1);
  CHECK(count([](auto& r) { r.set_account(led::LEDGER_ACCOUNT_CUSTOMERS); }) == 2);
  CHECK(count([](auto& r) { r.set_account(led::LEDGER_ACCOUNT_REFUND_RESERVE); }) == 1);
  CHECK(count([](auto& r) { r.set_payment_provider("recorded"); }) == 2);
  CHECK(count([](auto& r) { r.set_payment_provider("stripe"); }) == 0);
  CHECK(count([](auto& r) { r.mutable_created_before()->set_seconds(1); }) == 0);
  CHECK(count([](auto& r) { r.mutable_created_from()->set_seconds(1); }) == 2);

  const led::ListLedgerEntriesResponse first = list([](auto& r) { r.set_page_size(1); });
  REQUIRE(first.entries_size() == 1);
  const led::ListLedgerEntriesResponse second =
      list([&](auto& r) { r.set_page_size(1), r.set_page_token(first.next_page_token()); });
  REQUIRE(second.entries_size() == 1);
  CHECK(second.entries(0).id() == payment.id());
}

TEST_CASE("ListLedgerEntries rejects an unknown account, and needs the role reader") {
  Services services({Role::kReader});
  led::ListLedgerEntriesRequest request;
  request.set_account(static_cast<led::LedgerAccount>(4));
  request.mutable_created_from()->set_nanos(-1);
  services.Call(*services.ledger, &led::LedgerService::Stub::ListLedgerEntries, request);
  CHECK(services.status.error_code() == grpc::INVALID_ARGUMENT);
  CHECK(services.Fields() == Names{"created_from", "account"});
  services.Call(*services.ledger, &led::LedgerService::Stub::ListLedgerEntries, {});
  CHECK(services.status.ok());
  services.SetRoles({});
  services.Call(*services.ledger, &led::LedgerService::Stub::ListLedgerEntries, {});
  CHECK(services.status.error_code() == grpc::PERMISSION_DENIED);
}

TEST_CASE("a refund composed of lines, shipping and goodwill returns its parts") {
  Services services;
  ref::CheckRefundRequest check;
  check.set_order_id(services.Delivered().id());
  ref::RefundScope::Lines& scope = *check.mutable_scope()->mutable_lines();
  ref::RefundLine& line = *scope.add_lines();
  line.set_line_id("1");
  line.set_quantity(2);
  Services::SetEuro(*line.mutable_amount(), 1700);
  Services::SetEuro(*scope.mutable_shipping(), 120);
  Services::SetEuro(*scope.mutable_goodwill(), 30);
  const auto check_parts = [](const auto& message) {
    CHECK(message.amount().minor_units() == 1850);
    REQUIRE(message.lines_size() == 1);
    CHECK(message.lines(0).line_id() == "1");
    CHECK(message.lines(0).quantity() == 2);
    CHECK(message.lines(0).amount().minor_units() == 1700);
    CHECK(message.lines(0).withheld().minor_units() == 300);
    CHECK(message.shipping().minor_units() == 120);
    CHECK(message.goodwill().minor_units() == 30);
    CHECK(message.goodwill().currency_code() == "EUR");
  };
  check_parts(services.Call(*services.refunds, &ref::RefundService::Stub::CheckRefund, check));

  ref::CreateRefundRequest create;
  create.set_order_id(check.order_id());
  *create.mutable_scope() = check.scope();
  (*create.mutable_labels())["ticket"] = "T-7";
  const ref::Refund refund =
      services.Call(*services.refunds, &ref::RefundService::Stub::CreateRefund, create).refund();
  REQUIRE(services.status.ok());
  check_parts(refund);
  CHECK(refund.scope() == ref::REFUND_SCOPE_KIND_LINES);
  CHECK(refund.labels().at("ticket") == "T-7");

  ord::GetOrderRequest get;
  get.set_id(check.order_id());
  const ord::Order order = services.Call(*services.orders, &ord::OrderService::Stub::GetOrder, get).order();
  CHECK(order.lines(0).refunded().minor_units() == 1700);
  CHECK(order.lines(0).withheld().minor_units() == 300);
  CHECK(order.refunded_shipping().minor_units() == 120);
}

TEST_CASE("the withheld amount of a requested line must be empty") {
  Services services;
  ref::CreateRefundRequest create;
  create.set_order_id(services.Delivered().id());
  ref::RefundLine& line = *create.mutable_scope()->mutable_lines()->add_lines();
  line.set_line_id("1");
  line.set_quantity(1);
  Services::SetEuro(*line.mutable_withheld(), 1);
  services.Call(*services.refunds, &ref::RefundService::Stub::CreateRefund, create);
  CHECK(services.Fields() == std::vector<std::string>{"scope.lines.lines[0].withheld"});
}

// Overwrites a refund in the store.
template <typename Change>
void OverwriteRefund(Store& store, const std::string& id, const Change& change) {
  REQUIRE(store
              .Write(Deadline::Never(),
                     [&](WriteTransaction& tx) {
                       const Found<Refund> refund = tx.refunds().FindForUpdate(*RefundId::Parse(id));
                       RefundFields fields = (*refund)->fields();
                       change(fields);
                       return tx.refunds().Update(Refund(fields));
                     })
              .ok());
}

TEST_CASE("a refund is approved, rejected, cancelled and retried") {
  Services services;
  ref::CreateRefundRequest create;
  create.set_order_id(services.Delivered().id());
  create.mutable_scope()->mutable_amount()->set_currency_code("EUR");
  create.mutable_scope()->mutable_amount()->set_minor_units(100);
  // Creates a refund and moves it to the state.
  const auto refund_in = [&](RefundState state) {
    const std::string id =
        services.Call(*services.refunds, &ref::RefundService::Stub::CreateRefund, create).refund().id();
    OverwriteRefund(services.core().store, id, [&](RefundFields& fields) {
      fields.state = state;
      fields.requested_by = "shop";
    });
    return id;
  };
  const auto decide =
      [&]<typename Request, typename Response>(
          grpc::Status (ref::RefundService::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
          RefundState from) {
        Request request;
        request.set_request_id("d1");
        request.set_id(refund_in(from));
        if constexpr (requires { request.set_note(""); }) request.set_note("seen the parcel");
        const ref::Refund refund = services.Call(*services.refunds, method, request).refund();
        REQUIRE(services.status.ok());
        request.set_request_id("d2");
        request.set_etag("old");
        services.Call(*services.refunds, method, request);
        CHECK(services.status.error_code() == grpc::ABORTED);
        return refund;
      };
  const auto is_decided = [](const ref::Refund& refund) {
    return refund.decided_by() == "anonymous" && refund.decision_note() == "seen the parcel" &&
           refund.has_decide_time();
  };
  const ref::Refund approved = decide(&ref::RefundService::Stub::ApproveRefund, RefundState::kRequested);
  CHECK(approved.state() == ref::REFUND_STATE_APPROVED);
  CHECK(is_decided(approved));
  const ref::Refund rejected = decide(&ref::RefundService::Stub::RejectRefund, RefundState::kRequested);
  CHECK(rejected.state() == ref::REFUND_STATE_REJECTED);
  CHECK(is_decided(rejected));
  const ref::Refund cancelled = decide(&ref::RefundService::Stub::CancelRefund, RefundState::kApproved);
  CHECK(cancelled.state() == ref::REFUND_STATE_CANCELLED);
  CHECK(is_decided(cancelled));
  const ref::Refund retried = decide(&ref::RefundService::Stub::RetryRefund, RefundState::kFailed);
  CHECK(retried.state() == ref::REFUND_STATE_APPROVED);
  CHECK(retried.retries() == 1);
}

TEST_CASE("ConfirmRefund takes the provider's reference of a refund that awaits confirmation") {
  Services services;
  ref::CreateRefundRequest create;
  create.set_order_id(services.Delivered().id());
  create.mutable_scope()->mutable_everything();
  ref::ConfirmRefundRequest confirm;
  confirm.set_id(
      services.Call(*services.refunds, &ref::RefundService::Stub::CreateRefund, create).refund().id());
  confirm.set_provider_reference("transfer-7");
  const auto call = [&] {
    return services.Call(*services.refunds, &ref::RefundService::Stub::ConfirmRefund, confirm).refund();
  };
  call();
  CHECK(services.status.error_code() == grpc::FAILED_PRECONDITION);
  Core& core = services.core();
  REQUIRE(core.store
              .Write(Deadline::Never(),
                     [&](WriteTransaction& tx) -> absl::Status {
                       Refund refund = **tx.refunds().FindForUpdate(*RefundId::Parse(confirm.id()));
                       const absl::Time now = core.clock.Now();
                       RETURN_IF_ERROR(refund.BeginAttempt(now + absl::Minutes(1), now));
                       RETURN_IF_ERROR(refund.AwaitConfirmation("recorded_1", now));
                       return tx.refunds().Update(refund);
                     })
              .ok());
  confirm.set_etag("old");
  call();
  CHECK(services.status.error_code() == grpc::ABORTED);
  confirm.clear_etag();
  confirm.set_request_id("c1");
  const ref::Refund confirmed = call();
  REQUIRE(services.status.ok());
  CHECK(confirmed.state() == ref::REFUND_STATE_SUCCEEDED);
  CHECK(confirmed.provider_reference() == "transfer-7");
  CHECK(call().etag() == confirmed.etag());
}

TEST_CASE("CheckRefund takes the reason") {
  Services services;
  ref::CheckRefundRequest check;
  check.set_order_id(services.Shipped().id());
  check.mutable_scope()->mutable_everything();
  const auto allowed = [&](ref::RefundReason reason) {
    check.set_reason(reason);
    return services.Call(*services.refunds, &ref::RefundService::Stub::CheckRefund, check).allowed();
  };
  CHECK_FALSE(allowed(ref::REFUND_REASON_DEFECTIVE));
  CHECK(allowed(ref::REFUND_REASON_NOT_RECEIVED));
  CHECK_FALSE(allowed(static_cast<ref::RefundReason>(99)));
  CHECK(services.Fields() == Names{"reason"});
}

TEST_CASE("CheckRefund and CreateRefund take an override of rules") {
  Services services;
  const ord::Order order = services.Delivered();
  services.core().clock.Advance(absl::Hours(721));
  ref::CheckRefundRequest check;
  check.set_order_id(order.id());
  check.mutable_scope()->mutable_everything();
  const auto judge = [&] {
    return services.Call(*services.refunds, &ref::RefundService::Stub::CheckRefund, check);
  };
  check.set_reason(ref::REFUND_REASON_DEFECTIVE);
  CHECK_FALSE(judge().allowed());
  CHECK_FALSE(judge().verdicts(2).overridden());
  check.mutable_rule_override()->add_rules("WITHIN_WINDOW");
  check.mutable_rule_override()->set_note("the carrier was late");
  const ref::CheckRefundResponse judged = judge();
  CHECK(judged.allowed());
  CHECK(judged.verdicts(2).rule() == "WITHIN_WINDOW");
  CHECK(judged.verdicts(2).passed());
  CHECK(judged.verdicts(2).overridden());

  ref::CreateRefundRequest create;
  create.set_order_id(order.id());
  *create.mutable_scope() = check.scope();
  create.set_reason(check.reason());
  *create.mutable_rule_override() = check.rule_override();
  const ref::Refund refund =
      services.Call(*services.refunds, &ref::RefundService::Stub::CreateRefund, create).refund();
  REQUIRE(services.status.ok());
  CHECK(refund.rule_override().rules_size() == 1);
  CHECK(refund.rule_override().rules(0) == "WITHIN_WINDOW");
  CHECK(refund.rule_override().note() == "the carrier was late");

  create.mutable_rule_override()->set_rules(0, "ORDER_STATE");
  services.Call(*services.refunds, &ref::RefundService::Stub::CreateRefund, create);
  CHECK(services.Fields() == Names{"rule_override.rules[0]"});
}

TEST_CASE("An override of refund rules needs the role approver; a refund without an override does not") {
  Services services({Role::kWriter});
  ref::CreateRefundRequest create;
  create.set_order_id(OrderId(Uuid{1}).ToString());
  create.mutable_scope()->mutable_everything();
  ref::CheckRefundRequest check;
  check.set_order_id(create.order_id());
  *check.mutable_scope() = create.scope();
  const auto codes = [&] {
    services.Call(*services.refunds, &ref::RefundService::Stub::CreateRefund, create);
    const grpc::StatusCode created = services.status.error_code();
    services.Call(*services.refunds, &ref::RefundService::Stub::CheckRefund, check);
    return std::vector{created, services.status.error_code()};
  };
  const auto both = [](grpc::StatusCode code) { return std::vector{code, code}; };
  CHECK(codes() == both(grpc::NOT_FOUND));
  create.mutable_rule_override()->add_rules("REFUNDS_LEFT");
  create.mutable_rule_override()->set_note("agreed on the phone");
  *check.mutable_rule_override() = create.rule_override();
  CHECK(codes() == both(grpc::PERMISSION_DENIED));
  services.SetRoles({Role::kWriter, Role::kApprover});
  CHECK(codes() == both(grpc::NOT_FOUND));
  services.SetRoles({Role::kAdmin});
  CHECK(codes() == both(grpc::NOT_FOUND));
}

TEST_CASE("prepared authentication takes effect when it is applied; invalid options change nothing") {
  Services services({Role::kReader});
  const auto code = [&] {
    services.Call(*services.accounts, &acc::AccountService::Stub::ListUsers, acc::ListUsersRequest());
    return services.status.error_code();
  };
  const std::function<void()> apply =
      Must(services.server().PrepareAuthentication(Services::OneClient({Role::kApprover})));
  CHECK(code() == grpc::OK);
  GrpcAuthOptions invalid = Services::OneClient({Role::kApprover});
  invalid.clients.push_back(invalid.clients[0]);
  CHECK(absl::IsInvalidArgument(services.server().PrepareAuthentication(invalid).status()));
  CHECK(code() == grpc::OK);
  apply();
  CHECK(code() == grpc::PERMISSION_DENIED);
}

// Applies a change to a message in the store.
template <typename Change>
void Overwrite(Store& store, const std::string& id, const Change& change) {
  REQUIRE(store
              .Write(Deadline::Never(),
                     [&](WriteTransaction& tx) {
                       Found<Message> message = tx.messages().FindForUpdate(*MessageId::Parse(id));
                       change(**message);
                       return tx.messages().Update(**message);
                     })
              .ok());
}

TEST_CASE("a message is returned with its subject but without its body") {
  Services services;
  const std::string user_id = services.Register();
  const auto page = services.Call(*services.notifications, &ntf::NotificationService::Stub::ListMessages,
                                  ntf::ListMessagesRequest());
  REQUIRE(page.messages_size() == 1);
  const ntf::Message queued = page.messages(0);
  CHECK(queued.state() == ntf::MESSAGE_STATE_QUEUED);
  CHECK(queued.template_() == "verify_email");
  CHECK(queued.locale() == "en");
  CHECK(queued.to() == "Ada@Example.com");
  CHECK(queued.user_id() == user_id);
  CHECK(queued.subject().empty());
  CHECK(queued.next_attempt_time().seconds() == FakeClock::kStartSeconds);
  CHECK_FALSE(queued.has_send_time());

  Overwrite(services.core().store, queued.id(), [](Message& m) {
    m.content = {"Subject", "Text", "<p>Html</p>", "en"};
    m.attempts = std::numeric_limits<std::int64_t>::max();
    m.provider = "smtp";
    m.provider_message_id = "id-1";
    m.last_error = "timeout";
    m.state = MessageState::kSent;
    m.send_time = m.end_time = m.create_time + absl::Seconds(5);
  });
  ntf::GetMessageRequest get;
  get.set_id(queued.id());
  const ntf::Message sent =
      services.Call(*services.notifications, &ntf::NotificationService::Stub::GetMessage, get).message();
  CHECK(sent.state() == ntf::MESSAGE_STATE_SENT);
  CHECK(sent.subject() == "Subject");
  CHECK(sent.attempts() == std::numeric_limits<std::int32_t>::max());
  CHECK(sent.provider() == "smtp");
  CHECK(sent.provider_message_id() == "id-1");
  CHECK(sent.last_error() == "timeout");
  CHECK(sent.send_time().seconds() == FakeClock::kStartSeconds + 5);
  CHECK_FALSE(sent.has_next_attempt_time());
  for (const char* said : {"Text", "Html", "token"}) {
    CHECK(sent.DebugString().find(said) == std::string::npos);
  }
}

TEST_CASE("messages are listed, filtered by state, user and address") {
  Services services;
  const std::string user_id = services.Register();
  const auto count = [&](ntf::MessageState state, const std::string& user, const std::string& to) {
    ntf::ListMessagesRequest list;
    list.add_states(state);
    list.set_user_id(user);
    list.set_to(to);
    return services.Call(*services.notifications, &ntf::NotificationService::Stub::ListMessages, list)
        .messages_size();
  };
  CHECK(count(ntf::MESSAGE_STATE_QUEUED, user_id, "ADA@example.com") == 1);
  CHECK(count(ntf::MESSAGE_STATE_SENT, user_id, "") == 0);
  CHECK(count(ntf::MESSAGE_STATE_QUEUED, "", "bob@example.com") == 0);
  CHECK(count(ntf::MESSAGE_STATE_UNSPECIFIED, "", "") == 0);
  CHECK(services.Fields() == Names{"states[0]"});
}

TEST_CASE("RetryMessage moves a DEAD message to QUEUED, and CancelMessage cancels a QUEUED message") {
  Services services;
  ntf::SendTestMessageRequest send;
  send.set_to("ops@example.com");
  send.set_provider("file");
  const ntf::Message sent =
      services.Call(*services.notifications, &ntf::NotificationService::Stub::SendTestMessage, send)
          .message();
  REQUIRE(services.status.ok());
  CHECK(sent.template_() == "test_message");
  CHECK(sent.to() == "ops@example.com");
  CHECK(sent.user_id().empty());

  ntf::RetryMessageRequest retry;
  retry.set_id(sent.id());
  services.Call(*services.notifications, &ntf::NotificationService::Stub::RetryMessage, retry);
  CHECK(services.status.error_code() == grpc::FAILED_PRECONDITION);
  Overwrite(services.core().store, sent.id(),
            [](Message& m) { EndMessage(m, MessageState::kDead, m.create_time); });
  const ntf::Message retried =
      services.Call(*services.notifications, &ntf::NotificationService::Stub::RetryMessage, retry).message();
  CHECK(retried.state() == ntf::MESSAGE_STATE_QUEUED);

  ntf::CancelMessageRequest cancel;
  cancel.set_id(sent.id());
  const ntf::Message cancelled =
      services.Call(*services.notifications, &ntf::NotificationService::Stub::CancelMessage, cancel)
          .message();
  CHECK(cancelled.state() == ntf::MESSAGE_STATE_CANCELLED);
  services.Call(*services.notifications, &ntf::NotificationService::Stub::CancelMessage, cancel);
  CHECK(services.status.error_code() == grpc::FAILED_PRECONDITION);

  send.set_provider("pigeon");
  services.Call(*services.notifications, &ntf::NotificationService::Stub::SendTestMessage, send);
  CHECK(services.Fields() == Names{"provider"});
}

TEST_CASE("RetryMessages retries the DEAD messages that match the filters") {
  Services services;
  const std::string user_id = services.Register();
  ntf::SendTestMessageRequest send;
  send.set_to("ops@example.com");
  const std::string test_id =
      services.Call(*services.notifications, &ntf::NotificationService::Stub::SendTestMessage, send)
          .message()
          .id();
  Overwrite(services.core().store, test_id,
            [](Message& m) { EndMessage(m, MessageState::kDead, m.create_time); });
  const auto retry = [&](const ntf::RetryMessagesRequest& request) {
    return services.Call(*services.notifications, &ntf::NotificationService::Stub::RetryMessages, request);
  };
  ntf::RetryMessagesRequest request;
  request.set_template_("verify_email");
  CHECK(retry(request).retried() == 0);
  request.set_template_("test_message");
  request.add_states(ntf::MESSAGE_STATE_DEAD);
  request.set_to("OPS@example.com");
  request.mutable_created_from()->set_seconds(0);
  const ntf::RetryMessagesResponse retried = retry(request);
  CHECK(retried.retried() == 1);
  CHECK(retried.expired() == 0);
  CHECK(retried.next_page_token().empty());
  CHECK(retry(request).retried() == 0);

  request.add_states(ntf::MESSAGE_STATE_SENT);
  request.set_user_id("user_1");
  retry(request);
  CHECK(services.Fields() == Names{"states[1]", "user_id"});
  request.add_states(ntf::MESSAGE_STATE_UNSPECIFIED);
  retry(request);
  CHECK(services.Fields() == Names{"states[2]"});
}

TEST_CASE("PreviewTemplate renders a known template, and returns NOT_FOUND for an unknown template") {
  Services services;
  ntf::PreviewTemplateRequest preview;
  preview.set_template_("welcome");
  const auto shown =
      services.Call(*services.notifications, &ntf::NotificationService::Stub::PreviewTemplate, preview);
  CHECK(shown.subject() == "welcome");
  CHECK(shown.text() == "display_name=Sample");
  CHECK(shown.html() == "<pre>display_name=Sample</pre>");
  preview.set_template_("unknown");
  services.Call(*services.notifications, &ntf::NotificationService::Stub::PreviewTemplate, preview);
  CHECK(services.status.error_code() == grpc::NOT_FOUND);
}

TEST_CASE("ListProviders returns the state of each provider, in the order of ProviderStatuses") {
  Services services;
  const auto shown = services.Call(*services.notifications, &ntf::NotificationService::Stub::ListProviders,
                                   ntf::ListProvidersRequest());
  REQUIRE(shown.providers_size() == 2);
  CHECK(shown.providers(0).name() == "smtp");
  CHECK(shown.providers(0).circuit() == ntf::CIRCUIT_STATE_OPEN);
  CHECK(shown.providers(0).sent() == 7);
  CHECK(shown.providers(0).failed() == 8);
  CHECK(shown.providers(0).last_error() == "timeout");
  CHECK(shown.providers(1).name() == "file");
  CHECK(shown.providers(1).circuit() == ntf::CIRCUIT_STATE_CLOSED);
}

TEST_CASE("ListPaymentProviders returns the state of each provider, in the order of the configuration") {
  Services services;
  const auto shown = services.Call(*services.refunds, &ref::RefundService::Stub::ListPaymentProviders,
                                   ref::ListPaymentProvidersRequest());
  REQUIRE(shown.providers_size() == 2);
  const ref::PaymentProvider& stripe = shown.providers(0);
  CHECK(stripe.name() == "stripe");
  CHECK(stripe.circuit() == ref::CIRCUIT_STATE_HALF_OPEN);
  CHECK(stripe.calls().size() == kPaymentOutcomeNames.size());
  CHECK(stripe.calls().at("succeeded") == 7);
  CHECK(stripe.calls().at("config") == 3);
  CHECK(stripe.calls().at("not_found") == 0);
  CHECK(stripe.last_error() == "invalid_api_key: Invalid API Key");
  CHECK(stripe.misconfigured());
  CHECK_FALSE(stripe.needs_confirmation());
  CHECK(shown.providers(1).name() == "recorded");
  CHECK(shown.providers(1).circuit() == ref::CIRCUIT_STATE_CLOSED);
  CHECK_FALSE(shown.providers(1).misconfigured());
  CHECK(shown.providers(1).needs_confirmation());
}

TEST_CASE("decisions about refunds require kApprove, other changes kWrite, and methods that read kRead") {
  Core core;
  const auto service = MakeRefundService(core.use_cases);
  const std::set<std::string> decisions = {"ApproveRefund", "RejectRefund", "ConfirmRefund"};
  const std::set<std::string> changes = {"CreateRefund", "CancelRefund", "RetryRefund"};
  for (const Method& method : service->methods()) {
    INFO(method.path);
    const std::string name = method.path.substr(method.path.rfind('/') + 1);
    CHECK(method.access == (decisions.contains(name) ? Access::kApprove
                            : changes.contains(name) ? Access::kWrite
                                                     : Access::kRead));
  }
}

TEST_CASE("methods that change messages require kAdminister, and methods that read require kRead") {
  Core core;
  const auto service = MakeNotificationService(core.use_cases);
  const std::set<std::string> changes = {"RetryMessage", "RetryMessages", "CancelMessage", "SendTestMessage"};
  for (const Method& method : service->methods()) {
    INFO(method.path);
    const bool is_change = changes.contains(method.path.substr(method.path.rfind('/') + 1));
    CHECK(method.access == (is_change ? Access::kAdminister : Access::kRead));
  }
}

TEST_CASE("unknown enum values and invalid times are rejected, and the error names the field") {
  Services services;
  ord::ListOrdersRequest list;
  list.add_states(ord::ORDER_STATE_PAID);
  list.add_states(static_cast<ord::OrderState>(77));
  list.add_states(ord::ORDER_STATE_UNSPECIFIED);
  list.mutable_created_from()->set_nanos(-1);
  list.mutable_created_before()->set_seconds(253'402'300'800);
  list.add_refund_statuses(ord::REFUND_STATUS_UNSPECIFIED);
  list.add_refund_statuses(static_cast<ord::RefundStatus>(4));
  services.Call(*services.orders, &ord::OrderService::Stub::ListOrders, list);
  CHECK(services.status.error_code() == grpc::INVALID_ARGUMENT);
  CHECK(services.Fields() == Names{"states[1]", "states[2]", "created_from", "created_before",
                                   "refund_statuses[0]", "refund_statuses[1]"});

  ref::CreateRefundRequest create;
  create.set_reason(static_cast<ref::RefundReason>(-3));
  services.Call(*services.refunds, &ref::RefundService::Stub::CreateRefund, create);
  CHECK(services.Fields() == Names{"reason"});
  ref::CheckRefundRequest check;
  check.set_reason(static_cast<ref::RefundReason>(8));
  services.Call(*services.refunds, &ref::RefundService::Stub::CheckRefund, check);
  CHECK(services.Fields() == Names{"reason"});
}

TEST_CASE("a list filters orders and refunds by payment, reference, label and refund status") {
  Services services;
  const ord::Order order = services.Delivered();
  ref::CreateRefundRequest create;
  create.set_order_id(order.id());
  create.mutable_scope()->mutable_everything();
  services.Call(*services.refunds, &ref::RefundService::Stub::CreateRefund, create);
  REQUIRE(services.status.ok());
  const auto orders = [&](auto change) {
    ord::ListOrdersRequest list;
    change(list);
    return services.Call(*services.orders, &ord::OrderService::Stub::ListOrders, list).orders_size();
  };
  CHECK(orders([](auto& list) { list.set_payment_reference("p-1"); }) == 1);
  CHECK(orders([](auto& list) { list.set_payment_reference("p-2"); }) == 0);
  CHECK(orders([](auto& list) { list.set_reference("nothing"); }) == 0);
  CHECK(orders([](auto& list) { list.mutable_label()->set_key("nothing"); }) == 0);
  CHECK(orders([](auto& list) { list.add_refund_statuses(ord::REFUND_STATUS_FULLY_REFUNDED); }) == 0);
  CHECK(orders([](auto& list) {
          list.add_refund_statuses(ord::REFUND_STATUS_NOT_REFUNDED);
          list.add_refund_statuses(ord::REFUND_STATUS_NOT_REFUNDED);
          list.add_states(ord::ORDER_STATE_DELIVERED);
          list.add_states(ord::ORDER_STATE_DELIVERED);
        }) == 1);
  CHECK(orders([](auto& list) { list.mutable_label(); }) == 0);
  CHECK(services.Fields() == Names{"label.key"});

  const auto refunds = [&](auto change) {
    ref::ListRefundsRequest list;
    change(list);
    return services.Call(*services.refunds, &ref::RefundService::Stub::ListRefunds, list).refunds_size();
  };
  CHECK(refunds([](auto& list) { list.set_payment_reference("p-1"); }) == 1);
  CHECK(refunds([](auto& list) { list.set_payment_reference("p-2"); }) == 0);
  CHECK(refunds([](auto& list) { list.set_order_reference("nothing"); }) == 0);
  CHECK(refunds([](auto& list) { list.mutable_label()->set_key("nothing"); }) == 0);
  CHECK(refunds([&](auto& list) { list.set_order_id(order.id()); }) == 1);
}

TEST_CASE("GetOrder requires either an id or a reference") {
  Services services;
  services.Call(*services.orders, &ord::OrderService::Stub::GetOrder, ord::GetOrderRequest());
  CHECK(services.Fields() == Names{"id"});
}

TEST_CASE("a forged page token is rejected") {
  Services services;
  ord::ListOrdersRequest list;
  list.set_page_token("forged");
  services.Call(*services.orders, &ord::OrderService::Stub::ListOrders, list);
  CHECK(services.status.error_code() == grpc::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace keelson
