#pragma once

#include <atomic>
#include <string>

#include "absl/status/statusor.h"
#include "adapters/grpc/server.h"
#include "core/common/log.h"
#include "core/common/store.h"
#include "core/notifications/provider_status.h"

namespace keelson {

// Makes the server's health follow the store's, and that of each e-mail provider, "email.NAME", its circuit:
// NOT_SERVING while it is open. No provider is a part of the server's own health: others take its messages.
// For one thread at a time.
class HealthWatch {
 public:
  static constexpr absl::Duration kInterval = absl::Seconds(1);

  // `address` is where the server is reached.
  HealthWatch(Store& store, const ProviderStatuses& providers, GrpcServer& server, std::string address,
              Log& log)
      : store_(store), providers_(providers), server_(server), address_(std::move(address)), log_(log) {}

  // Looks once. Logs each change, and tells the service manager of the first time that it serves. Never
  // fails.
  absl::StatusOr<bool> operator()();

  // Whether the service manager was told that the service is ready. Thread-safe.
  bool ready() const { return ready_; }

 private:
  void Serve();
  void Refuse(const absl::Status& cause);
  void TellProviders();

  Store& store_;
  const ProviderStatuses& providers_;
  GrpcServer& server_;
  const std::string address_;
  Log& log_;
  bool serving_ = false;
  bool refusing_ = false;
  std::atomic<bool> ready_ = false;
};

}  // namespace keelson
