#pragma once

#include <grpcpp/alarm.h>

#include <map>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "adapters/grpc/open_service.h"
#include "adapters/grpc/queue_event.h"
#include "grpc/health/v1/health.pb.h"

namespace keelson {

// grpc.health.v1: Check and Watch. Thread-safe, unless a method says otherwise.
class HealthService final : public OpenService {
 public:
  static constexpr char kName[] = "grpc.health.v1.Health";

  using Status = grpc::health::v1::HealthCheckResponse::ServingStatus;

  HealthService();

  // Sets the status of `name` and sends it to the streams of Watch. Before the first call, the name is
  // unknown.
  void SetServing(const std::string& name, bool serving);
  // After this call, SetServing sends nothing. Call before the queue shuts down.
  void Close();
  // SERVICE_UNKNOWN if SetServing was never called for `name`.
  Status StatusOf(const std::string& name) const;

 private:
  class CheckStream;
  class WatchStream;

  // Sends the changes of the statuses. Called on the queue's thread.
  void Changed(bool ok);

  // Used by the queue's thread only.
  std::set<WatchStream*> watching_;
  QueueEventOf<HealthService> changed_{this, &HealthService::Changed};
  mutable absl::Mutex mutex_;
  std::map<std::string, bool> serving_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool waking_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Alarm alarm_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
