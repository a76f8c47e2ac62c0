// Tests the server's behaviour for calls of any service.
#include <atomic>
#include <catch2/catch.hpp>
#include <deque>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "core/common/error.h"
#include "tests/adapters/grpc/rpc_server_fixture.h"
#include "tests/support/http2/http2_client.h"

namespace keelson {
namespace {

RecordingLog::Entry OnlyLine(const RecordingLog& log) {
  const std::vector<RecordingLog::Entry> lines = log.entries();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].event_name == "rpc");
  return lines[0];
}

TEST_CASE("a read runs on the transport's threads or on a worker thread") {
  for (const bool inline_reads : {true, false}) {
    RpcServerFixture fixture({}, LoopbackOptions(), inline_reads);
    for (int i = 0; i < 200; ++i) {
      const CallResult result = fixture.GetUser("user_" + std::to_string(i));
      REQUIRE(result.status.ok());
      REQUIRE(result.response.user().id() == "user_" + std::to_string(i));
    }
  }
}

TEST_CASE("queued reads are batched with their deadlines, and the last run of a read counts") {
  std::atomic<int> runs = 0;
  Handlers handlers;
  handlers.get_user = [&](const CallContext&, accounts_api::GetUserRequest& request,
                          accounts_api::GetUserResponse& response) {
    response.mutable_user()->set_id(std::move(*request.mutable_id()));
    return ++runs == 1 ? MakeError(Reason::kUserNotFound, "not yet") : absl::OkStatus();
  };
  GrpcServerOptions options = LoopbackOptions();
  options.default_deadline = absl::Seconds(7);
  RpcServerFixture fixture(std::move(handlers), options, /*inline_reads=*/false);
  const CallResult result = fixture.GetUser("user_1");
  REQUIRE(result.status.ok());
  CHECK(result.response.user().id() == "user_1");
  CHECK(runs == 2);
  fixture.server().Shutdown(Deadline::Never());
  REQUIRE(fixture.store().deadlines().size() == 1);
  CHECK(fixture.store().deadlines()[0].remaining() < absl::Seconds(7));
  CHECK(fixture.store().deadlines()[0].remaining() > absl::Seconds(5));
}

TEST_CASE("the handler's context has caller, deadline and trace") {
  CallContext seen;
  Handlers handlers;
  handlers.get_user = [&](const CallContext& context, auto&, auto&) {
    seen = context;
    return absl::OkStatus();
  };
  GrpcServerOptions options = LoopbackOptions();
  options.default_deadline = absl::Seconds(7);
  RpcServerFixture fixture(std::move(handlers), options);
  const std::string traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  REQUIRE(fixture.GetUser("x", {{"x-request-id", "id-1"}, {"traceparent", traceparent}}).status.ok());
  CHECK(seen.actor == "anonymous");
  CHECK(seen.correlation_id == "id-1");
  CHECK(seen.traceparent == traceparent);
  CHECK(seen.deadline.remaining() < absl::Seconds(7));
  CHECK(seen.deadline.remaining() > absl::Seconds(5));
}

TEST_CASE("a client's earlier deadline takes precedence") {
  Deadline seen;
  Handlers handlers;
  handlers.register_user = [&](const CallContext& context, auto&, auto&) {
    seen = context.deadline;
    return absl::OkStatus();
  };
  RpcServerFixture fixture(std::move(handlers));
  REQUIRE(fixture.Register(absl::Seconds(3)).ok());
  CHECK(seen.remaining() < absl::Seconds(4));
}

TEST_CASE("the request id is returned, and generated if it is missing or invalid") {
  RpcServerFixture fixture;
  CHECK(fixture.GetUser("x", {{"x-request-id", "mine"}}).request_id == "mine");
  const std::string made_up = fixture.GetUser("x").request_id;
  CHECK(made_up.size() == 32);
  CHECK(fixture.GetUser("x").request_id != made_up);
  CHECK(fixture.GetUser("x", {{"x-request-id", std::string(129, 'x')}}).request_id.size() == 32);
}

TEST_CASE("the error for a string that is not UTF-8 contains the string's path") {
  RpcServerFixture fixture;
  const CallResult result = fixture.SendRaw(kGetUser, std::string("\x0A\x02\xFF\xFE", 4));
  CHECK(result.status.error_code() == grpc::INVALID_ARGUMENT);
  CHECK(result.reason() == "FIELD_INVALID");
  CHECK(result.Get<google::rpc::BadRequest>()->field_violations(0).field() == "id");
  CHECK(fixture.GetUser("x").status.ok());
}

TEST_CASE("an unparsable message is rejected") {
  RpcServerFixture fixture;
  for (int first = 0; first < 256; ++first) {
    const CallResult result = fixture.SendRaw(kGetUser, std::string(1, static_cast<char>(first)) + "\x7F");
    if (!result.status.ok()) CHECK(result.reason() == "FIELD_INVALID");
  }
  CHECK(fixture.GetUser("x").status.ok());
}

TEST_CASE("the error of a message that is too large contains the limit") {
  GrpcServerOptions options = LoopbackOptions();
  options.max_receive_bytes = 1000;
  RpcServerFixture fixture({}, options);
  CHECK(fixture.GetUser(std::string(900, 'x')).status.ok());
  const CallResult result = fixture.GetUser(std::string(1500, 'x'));
  CHECK(result.status.error_code() == grpc::INVALID_ARGUMENT);
  CHECK(result.reason() == "FIELD_INVALID");
  CHECK(result.status.error_message() == "the message has 1503 bytes; the maximum is 1000");
  CHECK(fixture.GetUser(std::string(100'000, 'x')).status.error_code() == grpc::RESOURCE_EXHAUSTED);
  CHECK(fixture.GetUser("x").status.ok());
}

TEST_CASE("an unknown method returns UNIMPLEMENTED") {
  RpcServerFixture fixture;
  CHECK(fixture.SendRaw("/keelson.accounts.v1.AccountService/EraseUser", "").status.error_code() ==
        grpc::UNIMPLEMENTED);
  CHECK(fixture.SendRaw("/other.Service/Method", "").status.error_code() == grpc::UNIMPLEMENTED);
}

CallStatistics StatisticsOf(const RpcServerFixture& fixture, const std::string& method) {
  for (CallStatistics& calls : fixture.server().ListCalls()) {
    if (calls.method == method) return std::move(calls);
  }
  FAIL("no statistics of " << method);
  return {};
}

std::int64_t Sum(std::span<const std::int64_t> counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

TEST_CASE("calls are counted by method, status code and duration") {
  Handlers handlers;
  handlers.get_user = [](const CallContext&, auto& request, auto&) -> absl::Status {
    if (request.id() == "slow") absl::SleepFor(absl::Milliseconds(30));
    return request.id() == "none" ? MakeError(Reason::kUserNotFound, "no user") : absl::OkStatus();
  };
  RpcServerFixture fixture(std::move(handlers));
  CHECK(StatisticsOf(fixture, "GetUser").started == 0);
  for (const char* id : {"one", "slow", "none"}) (void)fixture.GetUser(id);
  const CallStatistics calls = StatisticsOf(fixture, "GetUser");
  CHECK(calls.service == "keelson.accounts.v1.AccountService");
  CHECK(calls.type == "unary");
  CHECK(calls.started == 3);
  CHECK(calls.handled[static_cast<std::size_t>(absl::StatusCode::kOk)] == 2);
  CHECK(calls.handled[static_cast<std::size_t>(absl::StatusCode::kNotFound)] == 1);
  CHECK(Sum(calls.handled) == 3);
  CHECK(Sum(calls.durations) == 3);
  // The slow call belongs to none of the buckets up to 25 ms.
  CHECK(Sum(std::span(calls.durations).subspan(3)) >= 1);
  CHECK(calls.total_duration >= absl::Milliseconds(30));
  CHECK(StatisticsOf(fixture, "RegisterUser").started == 0);
}

TEST_CASE("a call in flight has started and is not handled") {
  absl::Notification begun;
  absl::Notification released;
  Handlers handlers;
  handlers.register_user = [&](const CallContext&, auto&, auto&) {
    begun.Notify();
    released.WaitForNotification();
    return absl::OkStatus();
  };
  RpcServerFixture fixture(std::move(handlers));
  std::thread caller([&] { CHECK(fixture.Register().ok()); });
  begun.WaitForNotification();
  const CallStatistics calls = StatisticsOf(fixture, "RegisterUser");
  released.Notify();
  caller.join();
  CHECK(calls.started == 1);
  CHECK(Sum(calls.handled) == 0);
}

class RecordingTracer : public Tracer {
 public:
  struct Ended {
    std::string traceparent, parent, method, correlation_id;
    absl::StatusCode code;
    bool is_fault;
  };

  CallTrace BeginCall(std::string_view traceparent, std::string_view tracestate) override {
    const absl::MutexLock lock(&mutex_);
    begun_.emplace_back(traceparent, tracestate);
    return {.traceparent = "own span", .parent_span_id = std::string(traceparent)};
  }
  void EndCall(const CallSpan& span) override {
    const absl::MutexLock lock(&mutex_);
    ended_.push_back({span.trace.traceparent, span.trace.parent_span_id, std::string(span.method),
                      std::string(span.correlation_id), span.code, span.is_fault});
  }
  SpanCounts CountSpans() const override { return {}; }

  std::vector<std::pair<std::string, std::string>> begun() {
    const absl::MutexLock lock(&mutex_);
    return begun_;
  }
  std::vector<Ended> ended() {
    const absl::MutexLock lock(&mutex_);
    return ended_;
  }

 private:
  absl::Mutex mutex_;
  std::vector<std::pair<std::string, std::string>> begun_ ABSL_GUARDED_BY(mutex_);
  std::vector<Ended> ended_ ABSL_GUARDED_BY(mutex_);
};

TEST_CASE("a call begins a span in the caller's trace, which the handler sees, and ends the span") {
  const std::string traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  RecordingTracer tracer;
  std::string seen;
  Handlers handlers;
  handlers.get_user = [&](const CallContext& context, auto&, auto&) -> absl::Status {
    seen = context.traceparent;
    return absl::InternalError("torn page");
  };
  RpcServerFixture fixture(std::move(handlers), LoopbackOptions(), true, &tracer);
  (void)fixture.GetUser("x", {{"traceparent", traceparent}, {"tracestate", "a=1"}, {"x-request-id", "id-1"}});
  CHECK(seen == "own span");
  CHECK(tracer.begun() == std::vector<std::pair<std::string, std::string>>{{traceparent, "a=1"}});
  REQUIRE(tracer.ended().size() == 1);
  const RecordingTracer::Ended span = tracer.ended()[0];
  CHECK(span.traceparent == "own span");
  CHECK(span.parent == traceparent);
  CHECK(span.method == "keelson.accounts.v1.AccountService/GetUser");
  CHECK(span.correlation_id == "id-1");
  CHECK(span.code == absl::StatusCode::kInternal);
  CHECK(span.is_fault);
}

TEST_CASE("an invalid traceparent begins a new trace, and a tracestate that is too long is dropped") {
  const std::string traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  RecordingTracer tracer;
  RpcServerFixture fixture({}, LoopbackOptions(), true, &tracer);
  (void)fixture.GetUser("x", {{"traceparent", "00-0-0-00"}, {"tracestate", "a=1"}});
  (void)fixture.GetUser("x", {{"traceparent", traceparent}, {"tracestate", std::string(513, 'a')}});
  REQUIRE(tracer.begun().size() == 2);
  CHECK(tracer.begun()[0].first.empty());
  CHECK(tracer.begun()[1] == std::pair<std::string, std::string>(traceparent, ""));
}

TEST_CASE("calls of unknown methods are counted together, so that their names become no labels") {
  RpcServerFixture fixture;
  const std::size_t methods = fixture.server().ListCalls().size();
  for (const char* name : {"/other.Service/Method", "/keelson.accounts.v1.AccountService/None"}) {
    (void)fixture.SendRaw(name, "");
  }
  CHECK(fixture.server().ListCalls().size() == methods);
  CHECK(StatisticsOf(fixture, "_OTHER").started == 2);
}

TEST_CASE("the cause of an INTERNAL error is logged but not returned") {
  Handlers handlers;
  handlers.get_user = [](const CallContext&, auto&, auto&) { return absl::InternalError("page 7 is torn"); };
  RpcServerFixture fixture(std::move(handlers));
  const CallResult result = fixture.GetUser("x", {{"x-request-id", "id-1"}});
  CHECK(result.status.error_code() == grpc::INTERNAL);
  CHECK(result.status.error_message() == "internal error; see the server's log for the request id id-1");
  const RecordingLog::Entry line = OnlyLine(fixture.log());
  CHECK(line.severity == Severity::kError);
  CHECK(line.message == "INTERNAL: page 7 is torn");
  CHECK(line.fields.at("method") == "keelson.accounts.v1.AccountService/GetUser");
  CHECK(line.fields.at("code") == "INTERNAL");
  CHECK(line.fields.at("caller") == "anonymous");
  CHECK(line.fields.at("correlation_id") == "id-1");
  CHECK_FALSE(line.fields.at("duration_ms").empty());
}

TEST_CASE("an exception in a handler becomes INTERNAL") {
  Handlers handlers;
  handlers.get_user = [](const CallContext&, auto&, auto&) -> absl::Status {
    throw std::runtime_error("out of luck");
  };
  RpcServerFixture fixture(std::move(handlers));
  CHECK(fixture.GetUser("x").status.error_code() == grpc::INTERNAL);
  CHECK(OnlyLine(fixture.log()).severity == Severity::kError);
}

TEST_CASE("successful reads are logged at debug, writes and errors at info") {
  Handlers handlers;
  handlers.register_user = [](const CallContext&, auto&, auto&) {
    return MakeError(Reason::kEmailTaken, "ada@example.com is taken");
  };
  {
    RpcServerFixture fixture;
    REQUIRE(fixture.GetUser("x").status.ok());
    CHECK(OnlyLine(fixture.log()).severity == Severity::kDebug);
  }
  {
    RpcServerFixture fixture;
    REQUIRE(fixture.Register().ok());
    CHECK(OnlyLine(fixture.log()).severity == Severity::kInfo);
  }
  RpcServerFixture fixture(std::move(handlers));
  CHECK(fixture.Register().error_code() == grpc::ALREADY_EXISTS);
  const RecordingLog::Entry line = OnlyLine(fixture.log());
  CHECK(line.severity == Severity::kInfo);
  CHECK(line.fields.at("reason") == "EMAIL_TAKEN");
  CHECK(line.message.find("ada") == std::string::npos);
}

TEST_CASE("callers are authenticated by token and authorized by role") {
  GrpcServerOptions options = LoopbackOptions();
  options.auth.mode = GrpcAuthOptions::Mode::kToken;
  // SHA-256 of "s3cret".
  options.auth.clients.push_back(
      {"web", "1ec1c26b50d5d3c58d9583181af8076655fe00756bf7285940ba3670f99fcba0", "", {Role::kReader}});
  RpcServerFixture fixture({}, options);
  CHECK(fixture.GetUser("x", {{"authorization", "Bearer s3cret"}}).status.ok());
  const CallResult unknown = fixture.GetUser("x", {{"authorization", "Bearer guess"}});
  CHECK(unknown.status.error_code() == grpc::UNAUTHENTICATED);
  CHECK(unknown.reason() == "CALLER_UNKNOWN");
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer s3cret");
  accounts_api::RegisterUserResponse response;
  CHECK(fixture.stub().RegisterUser(&context, {}, &response).error_code() == grpc::PERMISSION_DENIED);
}

// A write that blocks until the test releases it.
struct SlowWrite {
  std::atomic<int> begun = 0;
  absl::Notification go_on;

  Handlers handlers() {
    Handlers handlers;
    const auto wait = [this](const CallContext&, const auto&, const auto&) {
      ++begun;
      go_on.WaitForNotification();
      return absl::OkStatus();
    };
    handlers.register_user = wait;
    handlers.verify_email = wait;
    return handlers;
  }
  void AwaitBegun(int count) const {
    while (begun < count) absl::SleepFor(absl::Milliseconds(1));
  }
};

using Methods = accounts_api::AccountService::Stub::async_interface;

// A call with an empty request, which is sent before the constructor returns.
template <typename Request, typename Response,
          void (Methods::*kMethod)(grpc::ClientContext*, const Request*, Response*,
                                   std::function<void(grpc::Status)>)>
class StartedCall {
 public:
  explicit StartedCall(RpcServerFixture& fixture) {
    (fixture.stub().async()->*kMethod)(&context_, &request_, &response_, [this](grpc::Status status) {
      status_ = std::move(status);
      ended_.Notify();
    });
  }
  ~StartedCall() { Wait(); }

  // Waits for the end of the call.
  const grpc::Status& Wait() {
    ended_.WaitForNotification();
    return status_;
  }

 private:
  grpc::ClientContext context_;
  const Request request_;
  Response response_;
  grpc::Status status_;
  absl::Notification ended_;
};
using StartedRegister = StartedCall<accounts_api::RegisterUserRequest, accounts_api::RegisterUserResponse,
                                    &Methods::RegisterUser>;
using StartedVerify =
    StartedCall<accounts_api::VerifyEmailRequest, accounts_api::VerifyEmailResponse, &Methods::VerifyEmail>;

// Waits until a server with one completion queue has handled everything that the client sent before: calls
// are queued, and cancelled calls are marked.
void AwaitHandled(RpcServerFixture& fixture) {
  REQUIRE(fixture.GetUser("x").status.ok());
}

// With one completion queue, the server handles the calls of a connection in the order in which they were
// sent.
GrpcServerOptions OneWorker(int queue) {
  GrpcServerOptions options = LoopbackOptions();
  options.completion_queues = 1;
  options.workers = 1;
  options.queue = queue;
  return options;
}

TEST_CASE("when workers and queue are full, a write returns OVERLOADED and reads continue") {
  SlowWrite slow;
  RpcServerFixture fixture(slow.handlers(), OneWorker(0));
  grpc::Status first;
  std::thread caller([&] { first = fixture.Register(); });
  slow.AwaitBegun(1);
  CallResult second;
  second.status = fixture.Register();
  CHECK(second.status.error_code() == grpc::RESOURCE_EXHAUSTED);
  CHECK(second.reason() == "OVERLOADED");
  REQUIRE(second.Get<google::rpc::RetryInfo>());
  CHECK(second.Get<google::rpc::RetryInfo>()->retry_delay().seconds() == 1);
  CHECK(fixture.GetUser("x").status.ok());
  slow.go_on.Notify();
  caller.join();
  CHECK(first.ok());
}

TEST_CASE("a write that is cancelled in the queue does not run") {
  SlowWrite slow;
  RpcServerFixture fixture(slow.handlers(), OneWorker(8));
  grpc::Status first;
  std::thread caller([&] { first = fixture.Register(); });
  slow.AwaitBegun(1);
  CHECK(fixture.Register(absl::Milliseconds(100)).error_code() == grpc::DEADLINE_EXCEEDED);
  AwaitHandled(fixture);
  slow.go_on.Notify();
  caller.join();
  CHECK(first.ok());
  CHECK(fixture.Register().ok());
  CHECK(slow.begun == 2);
}

TEST_CASE("calls that hash a password do not block other writes") {
  SlowWrite slow;
  Handlers handlers = slow.handlers();
  handlers.verify_email = Handlers().verify_email;
  RpcServerFixture fixture(std::move(handlers), OneWorker(0));
  std::thread hashing([&] { fixture.Register(); });
  slow.AwaitBegun(1);
  CHECK(fixture.VerifyEmail().ok());
  slow.go_on.Notify();
  hashing.join();
}

TEST_CASE("at most the store's max_concurrent_writes run at a time, further writes queue") {
  SlowWrite slow;
  GrpcServerOptions options = LoopbackOptions();
  options.completion_queues = 1;
  RpcServerFixture fixture(slow.handlers(), options);
  constexpr int kWrites = StoreOfReads::kConcurrentWrites;
  std::deque<StartedVerify> calls;
  for (int i = 0; i < 2 * kWrites; ++i) calls.emplace_back(fixture);
  slow.AwaitBegun(kWrites);
  AwaitHandled(fixture);
  CHECK(slow.begun == kWrites);
  slow.go_on.Notify();
  for (StartedVerify& call : calls) CHECK(call.Wait().ok());
  CHECK(slow.begun == 2 * kWrites);
}

TEST_CASE("health has the status set by SetServing") {
  RpcServerFixture fixture;
  // grpc.health.v1: field 1 of the response is 1 for SERVING and 2 for NOT_SERVING.
  const auto health = [&](const std::string& service) {
    accounts_api::GetUserRequest name;
    name.set_id(service);
    return fixture.SendRaw("/grpc.health.v1.Health/Check", name.SerializeAsString());
  };
  for (const char* service : {"", "keelson.accounts.v1.AccountService"}) {
    fixture.server().SetServing(false);
    CHECK(health(service).raw == "\x08\x02");
    fixture.server().SetServing(true);
    CHECK(health(service).raw == "\x08\x01");
  }
  CHECK(health("other").status.error_code() == grpc::NOT_FOUND);
  fixture.server().SetServing("other", false);
  CHECK(health("other").raw == "\x08\x02");
  fixture.server().SetServing("other", true);
  CHECK(health("other").raw == "\x08\x01");
  CHECK(health("").raw == "\x08\x01");
}

// Calls the health protocol's Check over a new channel.
std::string HealthAt(int port, const std::string& service) {
  accounts_api::GetUserRequest name;
  name.set_id(service);
  servers::Http2Client client(port);
  const servers::Http2Response& response = client.Send(
      {.path = "/grpc.health.v1.Health/Check", .body = servers::Framed(name.SerializeAsString())});
  CHECK(client.AwaitClosed(response));
  return response.grpc_status() == grpc::OK ? response.body.substr(5) : response.Get("grpc-status");
}

TEST_CASE("the health listener serves only health, with the same statuses") {
  GrpcServerOptions options = LoopbackOptions();
  options.health_listen = "127.0.0.1:0";
  RpcServerFixture fixture({}, options);
  const int port = fixture.server().health_port();
  REQUIRE(port != 0);
  for (const char* service : {"", "keelson.accounts.v1.AccountService"}) {
    CHECK(HealthAt(port, service) == "\x08\x02");
    fixture.server().SetServing(true);
    CHECK(HealthAt(port, service) == "\x08\x01");
    fixture.server().SetServing(false);
  }
  fixture.server().SetServing("email.smtp", true);
  CHECK(HealthAt(port, "email.smtp") == "\x08\x01");
  servers::Http2Client client(port);
  const servers::Http2Response& other = client.Send({.path = kGetUser, .body = servers::Framed("")});
  CHECK(client.AwaitClosed(other));
  CHECK(other.grpc_status() == grpc::UNIMPLEMENTED);
}

TEST_CASE("a health address in use is an error that names key, address and cause") {
  RpcServerFixture fixture;
  StoreOfReads store;
  FakeEntropy entropy;
  RecordingLog log;
  GrpcServerOptions options = LoopbackOptions();
  options.health_listen = fixture.address();
  const absl::Status status = RpcServer::Start(options, {}, store, entropy, log).status();
  CHECK(absl::IsUnavailable(status));
  CHECK(status.message() ==
        "server.health_listen: can't listen on " + fixture.address() + ": Address already in use");
}

TEST_CASE("after the start, health is NOT_SERVING") {
  RpcServerFixture fixture;
  CHECK(fixture.SendRaw("/grpc.health.v1.Health/Check", "").raw == "\x08\x02");
}

TEST_CASE("shutdown finishes in-flight calls and rejects new calls") {
  SlowWrite slow;
  RpcServerFixture fixture(slow.handlers());
  grpc::Status first;
  std::thread caller([&] { first = fixture.Register(); });
  slow.AwaitBegun(1);
  std::thread shutdown([&] { fixture.server().Shutdown(Deadline::After(absl::Seconds(20))); });
  CallResult refused;
  while (refused.status.ok()) refused = fixture.GetUser("x");
  CHECK(refused.status.error_code() == grpc::UNAVAILABLE);
  CHECK(refused.reason() == "SHUTTING_DOWN");
  slow.go_on.Notify();
  shutdown.join();
  caller.join();
  CHECK(first.ok());
}

TEST_CASE("at the shutdown's deadline, queued calls are cancelled") {
  SlowWrite slow;
  RpcServerFixture fixture(slow.handlers(), OneWorker(8));
  StartedRegister running(fixture);
  slow.AwaitBegun(1);
  StartedRegister queued(fixture);
  AwaitHandled(fixture);
  std::thread shutdown([&] { fixture.server().Shutdown(Deadline::After(absl::ZeroDuration())); });
  CHECK_FALSE(running.Wait().ok());
  CHECK_FALSE(queued.Wait().ok());
  slow.go_on.Notify();
  shutdown.join();
  CHECK(slow.begun == 1);
}

TEST_CASE("a server can be shut down immediately after its start") {
  for (int i = 0; i < 20; ++i) {
    RpcServerFixture fixture;
    fixture.server().Shutdown(Deadline::After(absl::ZeroDuration()));
  }
}

TEST_CASE("a port in use is an error that names key, address and cause") {
  RpcServerFixture fixture;
  StoreOfReads store;
  FakeEntropy entropy;
  RecordingLog log;
  GrpcServerOptions options = LoopbackOptions();
  options.listen = fixture.address();
  const absl::Status status = RpcServer::Start(options, {}, store, entropy, log).status();
  CHECK(absl::IsUnavailable(status));
  CHECK(status.message() ==
        "server.listen: can't listen on " + fixture.address() + ": Address already in use");
}

TEST_CASE("invalid options are rejected") {
  StoreOfReads store;
  FakeEntropy entropy;
  RecordingLog log;
  GrpcServerOptions no_port = LoopbackOptions();
  no_port.listen = "localhost";
  GrpcServerOptions no_file = LoopbackOptions();
  no_file.tls.cert = no_file.tls.key = "/nonexistent/cert.pem";
  GrpcServerOptions no_authority = LoopbackOptions();
  no_authority.auth.mode = GrpcAuthOptions::Mode::kMtls;
  for (const GrpcServerOptions& options : {no_port, no_file, no_authority}) {
    CHECK(absl::IsInvalidArgument(RpcServer::Start(options, {}, store, entropy, log).status()));
  }
}

}  // namespace
}  // namespace keelson
