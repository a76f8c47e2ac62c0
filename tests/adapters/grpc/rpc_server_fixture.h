// A server on a free loopback port whose handlers the test defines, and a client of the server.
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "adapters/grpc/rpc_server.h"
#include "adapters/store/memory/memory_store.h"
#include "core/common/deadline.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "keelson/accounts/v1/accounts.grpc.pb.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_entropy.h"
#include "tests/support/recording_log.h"

namespace keelson {

namespace accounts_api = keelson::accounts::v1;

struct Handlers {
  using Read = std::function<absl::Status(const CallContext&, accounts_api::GetUserRequest&,
                                          accounts_api::GetUserResponse&)>;
  using Register = std::function<absl::Status(const CallContext&, accounts_api::RegisterUserRequest&,
                                              accounts_api::RegisterUserResponse&)>;
  using Verify = std::function<absl::Status(const CallContext&, accounts_api::VerifyEmailRequest&,
                                            accounts_api::VerifyEmailResponse&)>;
  using Import =
      std::function<absl::Status(const CallContext&, std::span<accounts_api::ImportUsersRequest* const>,
                                 accounts_api::ImportUsersResponse&)>;
  // Returns a user with the requested id.
  Read get_user = [](const CallContext&, accounts_api::GetUserRequest& request,
                     accounts_api::GetUserResponse& response) {
    response.mutable_user()->set_id(request.id());
    return absl::OkStatus();
  };
  Register register_user = [](const CallContext&, accounts_api::RegisterUserRequest&,
                              accounts_api::RegisterUserResponse&) { return absl::OkStatus(); };
  Verify verify_email = [](const CallContext&, accounts_api::VerifyEmailRequest&,
                           accounts_api::VerifyEmailResponse&) { return absl::OkStatus(); };
  // Counts the messages.
  Import import_users = [](const CallContext&, std::span<accounts_api::ImportUsersRequest* const> requests,
                           accounts_api::ImportUsersResponse& response) {
    response.set_imported(response.imported() + static_cast<std::int64_t>(requests.size()));
    return absl::OkStatus();
  };
};

inline constexpr char kGetUser[] = "/keelson.accounts.v1.AccountService/GetUser";

GrpcServerOptions LoopbackOptions();
// Waits for the next event of a client's queue; returns whether its operation succeeded.
bool Await(grpc::CompletionQueue& queue);

struct CallResult {
  grpc::Status status;
  std::string request_id;
  accounts_api::GetUserResponse response;
  // The bytes of the response; set by SendRaw only.
  std::string raw;

  // Returns the error detail of this type from the status; nullopt if there is none.
  template <typename Detail>
  std::optional<Detail> Get() const {
    google::rpc::Status details;
    if (!details.ParseFromString(status.error_details())) return std::nullopt;
    for (const google::protobuf::Any& any : details.details()) {
      Detail detail;
      if (any.UnpackTo(&detail)) return detail;
    }
    return std::nullopt;
  }
  // Returns the reason in ErrorInfo.
  std::string reason() const;
};

using Metadata = std::vector<std::pair<std::string, std::string>>;

// A store with inline or batched reads. RunBatch runs each read twice and records the deadlines of the reads.
class StoreOfReads final : public MemoryStore, private BatchedReads {
 public:
  static constexpr int kConcurrentWrites = 2;

  explicit StoreOfReads(bool inline_reads = true) : inline_reads_(inline_reads) {}

  StoreTraits traits() override {
    return {.max_concurrent_writes = kConcurrentWrites, .reads_inline = inline_reads_, .batched_reads = this};
  }
  std::vector<Deadline> deadlines();

 private:
  void RunBatch(std::span<const ReadCall> calls) override;

  FakeClock clock_;
  const bool inline_reads_;
  absl::Mutex mutex_;
  std::vector<Deadline> deadlines_ ABSL_GUARDED_BY(mutex_);
};

class RpcServerFixture {
 public:
  explicit RpcServerFixture(Handlers handlers = {}, GrpcServerOptions options = LoopbackOptions(),
                            bool inline_reads = true, Tracer* tracer = nullptr);

  RpcServer& server() const { return *server_; }
  StoreOfReads& store() { return store_; }
  RecordingLog& log() { return log_; }
  const RecordingLog& log() const { return log_; }
  const std::string& address() const { return address_; }
  std::shared_ptr<grpc::Channel> NewChannel() const;
  accounts_api::AccountService::Stub& stub() { return *stub_; }

  CallResult GetUser(const std::string& id, const Metadata& metadata = {});
  grpc::Status Register(absl::Duration timeout = absl::Seconds(20));
  grpc::Status VerifyEmail();
  // Sends `bytes` as the request of `method` ("/package.Service/Method").
  CallResult SendRaw(const std::string& method, const std::string& bytes);

 private:
  StoreOfReads store_;
  FakeEntropy entropy_;
  RecordingLog log_;
  std::unique_ptr<RpcServer> server_;
  std::string address_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<accounts_api::AccountService::Stub> stub_;
};

}  // namespace keelson
