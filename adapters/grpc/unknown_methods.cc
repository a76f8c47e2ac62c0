#include "adapters/grpc/unknown_methods.h"

#include "adapters/grpc/queue_event.h"
#include "core/common/steady_time.h"

namespace keelson {
namespace {

// The value of rpc.method for unknown methods in OpenTelemetry's semantic conventions. The names that callers
// send are unbounded and must not become labels of metrics.
constexpr char kOther[] = "_OTHER";

}  // namespace

// One call. Deletes itself after its last event.
class UnknownMethods::UnknownCall {
 public:
  explicit UnknownCall(UnknownMethods& owner) : owner_(owner) {
    owner_.service_.RequestCall(&context_, &stream_, owner_.queue_, owner_.queue_, arrived_.tag());
  }

 private:
  void Arrived(bool ok) {
    if (!ok) {
      // The server shuts down: no call arrived on this slot.
      delete this;
      return;
    }
    ++owner_.open_calls_;
    start_ = SteadyTime::Now();
    owner_.counters_.Started();
    new UnknownCall(owner_);
    stream_.Finish({grpc::UNIMPLEMENTED, "the service does not have this method"}, sent_.tag());
  }
  void Sent(bool) {
    owner_.counters_.Ended(absl::StatusCode::kUnimplemented, SteadyTime::Now() - start_);
    --owner_.open_calls_;
    delete this;
  }

  UnknownMethods& owner_;
  SteadyTime start_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};
  QueueEventOf<UnknownCall> arrived_{this, &UnknownCall::Arrived};
  QueueEventOf<UnknownCall> sent_{this, &UnknownCall::Sent};
};

void UnknownMethods::ListCalls(std::vector<CallStatistics>& calls) const {
  CallStatistics& statistics = calls.emplace_back();
  statistics.service = statistics.method = kOther;
  statistics.type = "bidi_stream";
  counters_.CopyTo(statistics);
}

void UnknownMethods::Open(grpc::ServerCompletionQueue& queue) {
  queue_ = &queue;
  // The call is owned by its pending events.
  new UnknownCall(*this);
}

}  // namespace keelson
