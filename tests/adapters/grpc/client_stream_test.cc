// Tests client-streaming calls: batches, limits, deadlines, cancellation and shutdown.
#include <atomic>
#include <catch2/catch.hpp>
#include <deque>
#include <memory>
#include <thread>

#include "absl/synchronization/notification.h"
#include "adapters/grpc/dispatcher.h"
#include "core/common/strings.h"
#include "tests/adapters/grpc/rpc_server_fixture.h"
#include "tests/support/http2/http2_client.h"

namespace keelson {
namespace {

using Requests = std::span<accounts_api::ImportUsersRequest* const>;

// An open call of ImportUsers.
class OpenStream {
 public:
  explicit OpenStream(RpcServerFixture& fixture, absl::Duration timeout = absl::Seconds(20)) {
    context_.set_deadline(gpr_time_from_millis(absl::ToInt64Milliseconds(timeout), GPR_TIMESPAN));
    writer_ = fixture.stub().ImportUsers(&context_, &response_);
  }
  ~OpenStream() {
    context_.TryCancel();
    if (!finished_) Finish();
  }

  // Returns false if the call has ended.
  bool Write(const std::string& email) {
    accounts_api::ImportUsersRequest request;
    request.set_email(email);
    return writer_->Write(request);
  }
  void WriteMany(int count) {
    for (int i = 0; i < count; ++i) REQUIRE(Write(std::to_string(i)));
  }
  void WritesDone() { writer_->WritesDone(); }
  void Cancel() { context_.TryCancel(); }
  // Waits for the end of the call.
  CallResult Finish() {
    finished_ = true;
    CallResult result;
    result.status = writer_->Finish();
    return result;
  }
  CallResult Complete() {
    WritesDone();
    return Finish();
  }
  const accounts_api::ImportUsersResponse& response() const { return response_; }

 private:
  grpc::ClientContext context_;
  accounts_api::ImportUsersResponse response_;
  std::unique_ptr<grpc::ClientWriter<accounts_api::ImportUsersRequest>> writer_;
  bool finished_ = false;
};

// Records the batches. The first batch blocks until `go_on`.
struct SlowImport {
  Handlers handlers() {
    Handlers handlers;
    handlers.import_users = [this, count = handlers.import_users](
                                const CallContext& context, Requests requests,
                                accounts_api::ImportUsersResponse& response) {
      if (++batches == 1) {
        begun.Notify();
        go_on.WaitForNotification();
      }
      return count(context, requests, response);
    };
    return handlers;
  }

  std::atomic<int> batches = 0;
  absl::Notification begun;
  absl::Notification go_on;
};

// With one completion queue, the server handles the calls of a connection in the order in which they were
// sent.
GrpcServerOptions OneQueue() {
  GrpcServerOptions options = LoopbackOptions();
  options.completion_queues = 1;
  return options;
}

// Waits until the server has received everything that the client sent before.
void AwaitReceived(RpcServerFixture& fixture) {
  REQUIRE(fixture.GetUser("x").status.ok());
}

TEST_CASE("the messages of a stream are handled in order, in batches that share one response") {
  std::vector<std::size_t> sizes;
  std::vector<std::string> emails;
  Handlers handlers;
  handlers.import_users = [&, count = handlers.import_users](const CallContext& context, Requests requests,
                                                             accounts_api::ImportUsersResponse& response) {
    sizes.push_back(requests.size());
    for (const auto* request : requests) emails.push_back(request->email());
    return count(context, requests, response);
  };
  RpcServerFixture fixture(handlers);
  OpenStream stream(fixture);
  stream.WriteMany(2500);
  const CallResult result = stream.Complete();
  INFO(result.status.error_message());
  REQUIRE(result.status.ok());
  CHECK(stream.response().imported() == 2500);
  CHECK(sizes == std::vector<std::size_t>{1000, 1000, 500});
  REQUIRE(emails.size() == 2500);
  for (int i = 0; i < 2500; ++i) REQUIRE(emails[static_cast<std::size_t>(i)] == std::to_string(i));
}

TEST_CASE("a stream without messages returns an empty response") {
  RpcServerFixture fixture;
  OpenStream stream(fixture);
  CHECK(stream.Complete().status.ok());
  CHECK(stream.response().imported() == 0);
}

TEST_CASE("a stream is logged once") {
  RpcServerFixture fixture;
  OpenStream stream(fixture);
  stream.WriteMany(1500);
  REQUIRE(stream.Complete().status.ok());
  const std::vector<RecordingLog::Entry> lines = fixture.log().entries();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].fields.at("method") == "keelson.accounts.v1.AccountService/ImportUsers");
  CHECK(lines[0].fields.at("code") == "OK");
}

TEST_CASE("a batch of large messages ends at 1 MiB") {
  std::size_t largest = 0;
  Handlers handlers;
  handlers.import_users = [&](const CallContext&, Requests requests, accounts_api::ImportUsersResponse&) {
    largest = std::max(largest, requests.size());
    return absl::OkStatus();
  };
  RpcServerFixture fixture(handlers);
  OpenStream stream(fixture);
  for (int i = 0; i < 10; ++i) REQUIRE(stream.Write(std::string(400'000, 'x')));
  CHECK(stream.Complete().status.ok());
  CHECK(largest == 3);
}

TEST_CASE("the server reads at most one batch ahead of the running batch") {
  SlowImport slow;
  RpcServerFixture fixture(slow.handlers());
  OpenStream stream(fixture);
  constexpr int kMessages = 200;
  std::atomic<int> written = 0;
  std::thread writer([&] {
    for (int i = 0; i < kMessages; ++i) written += stream.Write(std::string(100'000, 'x')) ? 1 : 0;
  });
  slow.begun.WaitForNotification();
  // Time for the server to read further messages.
  for (int i = 0; i < 200; ++i) AwaitReceived(fixture);
  // Two batches of 11 messages, and the buffers of the connection.
  CHECK(written < 40);
  slow.go_on.Notify();
  writer.join();
  CHECK(stream.Complete().status.ok());
  CHECK(stream.response().imported() == kMessages);
}

TEST_CASE("an invalid message ends the stream, and its batch is not handled") {
  std::atomic<int> handled = 0;
  Handlers handlers;
  handlers.import_users = [&](const CallContext&, Requests requests, accounts_api::ImportUsersResponse&) {
    handled += static_cast<int>(requests.size());
    return absl::OkStatus();
  };
  RpcServerFixture fixture(handlers);
  const auto [message, violation] = GENERATE(table<std::string, std::string>(
      {{"\xff", "email"}, {std::string((std::size_t{1} << 20) + 1, 'x'), ""}}));
  OpenStream stream(fixture);
  stream.WriteMany(1000);
  stream.Write(message);
  const CallResult result = stream.Complete();
  CHECK(result.status.error_code() == grpc::INVALID_ARGUMENT);
  CHECK(result.reason() == "FIELD_INVALID");
  if (!violation.empty())
    CHECK(result.Get<google::rpc::BadRequest>()->field_violations(0).field() == violation);
  CHECK(handled <= 1000);
}

TEST_CASE("a compressed message ends the stream") {
  RpcServerFixture fixture;
  servers::Http2Client client(fixture.server().port());
  const servers::Http2Response& response =
      client.Send({.path = "/keelson.accounts.v1.AccountService/ImportUsers",
                   .headers = {{"grpc-encoding", "gzip"}},
                   .body = servers::Framed(servers::Gzip("\n\1x"), /*compressed=*/true)});
  CHECK(client.AwaitClosed(response));
  CHECK(response.grpc_status() == grpc::UNIMPLEMENTED);
}

TEST_CASE("the error of a batch ends the stream") {
  std::atomic<int> batches = 0;
  Handlers handlers;
  handlers.import_users = [&](const CallContext&, Requests, accounts_api::ImportUsersResponse&) {
    ++batches;
    return MakeError(Reason::kStoreUnavailable, "the store is down");
  };
  RpcServerFixture fixture(handlers);
  OpenStream stream(fixture);
  while (stream.Write("x")) {
  }
  const CallResult result = stream.Finish();
  CHECK(result.status.error_code() == grpc::UNAVAILABLE);
  CHECK(result.reason() == "STORE_UNAVAILABLE");
  CHECK(batches == 1);
}

TEST_CASE("an exception in a batch becomes INTERNAL") {
  Handlers handlers;
  handlers.import_users = [](const CallContext&, Requests,
                             accounts_api::ImportUsersResponse&) -> absl::Status {
    throw std::runtime_error("a secret cause");
  };
  RpcServerFixture fixture(handlers);
  OpenStream stream(fixture);
  stream.Write("x");
  const grpc::Status status = stream.Complete().status;
  CHECK(status.error_code() == grpc::INTERNAL);
  CHECK(status.error_message().find("secret") == std::string::npos);
}

TEST_CASE("a stream whose next message does not arrive in time ends with DEADLINE_EXCEEDED") {
  GrpcServerOptions options = LoopbackOptions();
  options.default_deadline = absl::Milliseconds(100);
  RpcServerFixture fixture({}, options);
  // More than kMaxStreams: each stream returns its slot.
  for (int i = 0; i < kMaxStreams + 1; ++i) {
    OpenStream stream(fixture);
    stream.Write("x");
    CHECK(stream.Finish().status.error_code() == grpc::DEADLINE_EXCEEDED);
  }
}

TEST_CASE("each batch of a stream has the default deadline from its start") {
  std::vector<Deadline> deadlines;
  Handlers handlers;
  handlers.import_users = [&](const CallContext& context, Requests, accounts_api::ImportUsersResponse&) {
    deadlines.push_back(context.deadline);
    return absl::OkStatus();
  };
  RpcServerFixture fixture(handlers);
  OpenStream stream(fixture);
  stream.WriteMany(1001);
  REQUIRE(stream.Complete().status.ok());
  REQUIRE(deadlines.size() == 2);
  CHECK(deadlines[0] < deadlines[1]);
  CHECK(deadlines[1].remaining() <= LoopbackOptions().default_deadline);
}

TEST_CASE("the client's deadline limits the stream and its batches") {
  SlowImport slow;
  slow.go_on.Notify();
  Deadline deadline;
  Handlers handlers = slow.handlers();
  handlers.import_users = [&, next = handlers.import_users](const CallContext& context, Requests requests,
                                                            accounts_api::ImportUsersResponse& response) {
    deadline = context.deadline;
    return next(context, requests, response);
  };
  RpcServerFixture fixture(handlers);
  OpenStream stream(fixture, absl::Milliseconds(500));
  stream.WriteMany(1000);
  slow.begun.WaitForNotification();
  CHECK(stream.Finish().status.error_code() == grpc::DEADLINE_EXCEEDED);
  CHECK(deadline.remaining() <= absl::Milliseconds(500));
}

TEST_CASE("idle streams do not occupy worker threads, and their number is limited") {
  GrpcServerOptions options = OneQueue();
  options.workers = 1;
  options.queue = 1;
  RpcServerFixture fixture({}, options);
  std::deque<OpenStream> streams;
  for (int i = 0; i < kMaxStreams; ++i) streams.emplace_back(fixture).Write("x");
  AwaitReceived(fixture);
  CallResult excess = OpenStream(fixture).Complete();
  CHECK(excess.status.error_code() == grpc::RESOURCE_EXHAUSTED);
  CHECK(excess.reason() == "OVERLOADED");
  CHECK(excess.Get<google::rpc::RetryInfo>());
  CHECK(fixture.VerifyEmail().ok());
  CHECK(streams.front().Complete().status.ok());
  AwaitReceived(fixture);
  CHECK(OpenStream(fixture).Complete().status.ok());
}

TEST_CASE("a stream that is cancelled handles no further batch") {
  SlowImport slow;
  RpcServerFixture fixture(slow.handlers(), OneQueue());
  {
    OpenStream stream(fixture);
    stream.WriteMany(1500);
    slow.begun.WaitForNotification();
  }
  AwaitReceived(fixture);
  slow.go_on.Notify();
  fixture.server().Shutdown(Deadline::After(absl::Seconds(20)));
  CHECK(slow.batches == 1);
}

TEST_CASE("a stream of an unauthorized caller ends before its messages are read") {
  SlowImport slow;
  GrpcServerOptions options = LoopbackOptions();
  options.auth.mode = GrpcAuthOptions::Mode::kToken;
  options.auth.clients.push_back({"web", std::string(64, '0'), "", {Role::kAdmin}});
  RpcServerFixture fixture(slow.handlers(), options);
  OpenStream stream(fixture);
  stream.Write("x");
  CHECK(stream.Complete().status.error_code() == grpc::UNAUTHENTICATED);
  CHECK(slow.batches == 0);
}

TEST_CASE("shutdown ends a stream that waits for messages with SHUTTING_DOWN at once") {
  RpcServerFixture fixture({}, OneQueue());
  OpenStream stream(fixture);
  stream.Write("x");
  AwaitReceived(fixture);
  const absl::Time start = absl::Now();
  fixture.server().Shutdown(Deadline::After(absl::Seconds(20)));
  CHECK(absl::Now() - start < absl::Seconds(10));
  const CallResult result = stream.Finish();
  CHECK(result.status.error_code() == grpc::UNAVAILABLE);
  CHECK(result.reason() == "SHUTTING_DOWN");
}

TEST_CASE("shutdown waits for the running batch of a stream") {
  SlowImport slow;
  RpcServerFixture fixture(slow.handlers(), OneQueue());
  OpenStream stream(fixture);
  stream.WriteMany(1000);
  const bool complete = GENERATE(false, true);
  if (complete) stream.WritesDone();
  slow.begun.WaitForNotification();
  AwaitReceived(fixture);
  std::thread shutdown([&] { fixture.server().Shutdown(Deadline::After(absl::Seconds(20))); });
  while (fixture.GetUser("x").status.ok()) {
  }
  slow.go_on.Notify();
  const CallResult result = stream.Finish();
  shutdown.join();
  CHECK(slow.batches == 1);
  // A stream that needs no further message ends as usual.
  CHECK(result.reason() == (complete ? "" : "SHUTTING_DOWN"));
  CHECK(result.status.ok() == complete);
}

TEST_CASE("at the shutdown's deadline, a stream is cancelled") {
  SlowImport slow;
  RpcServerFixture fixture(slow.handlers(), OneQueue());
  OpenStream stream(fixture);
  stream.WriteMany(1500);
  slow.begun.WaitForNotification();
  std::thread shutdown([&] { fixture.server().Shutdown(Deadline::After(absl::ZeroDuration())); });
  CHECK_FALSE(stream.Finish().status.ok());
  slow.go_on.Notify();
  shutdown.join();
  CHECK(slow.batches == 1);
}

}  // namespace
}  // namespace keelson
