#pragma once

#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/async_generic_service.h>

#include <atomic>
#include <vector>

#include "adapters/grpc/call_counters.h"
#include "core/common/call_statistics.h"

namespace keelson {

// Ends calls to methods that no service has with UNIMPLEMENTED. A server whose services are all served by
// completion queues needs it: gRPC would never respond to such calls.
class UnknownMethods {
 public:
  // Register with ServerBuilder::RegisterAsyncGenericService.
  grpc::AsyncGenericService& service() { return service_; }
  // Requests calls. Call once, after the server has started.
  void Open(grpc::ServerCompletionQueue& queue);
  // Number of calls that have arrived and not ended. Thread-safe.
  int open_calls() const { return open_calls_; }
  // Adds the statistics of the calls of all unknown methods to `calls`. Thread-safe.
  void ListCalls(std::vector<CallStatistics>& calls) const;

 private:
  class UnknownCall;

  grpc::AsyncGenericService service_;
  grpc::ServerCompletionQueue* queue_ = nullptr;
  std::atomic<int> open_calls_ = 0;
  CallCounters counters_;
};

}  // namespace keelson
