#include "adapters/grpc/unknown_methods.h"

#include "adapters/grpc/queue_event.h"

namespace keelson {

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
    new UnknownCall(owner_);
    stream_.Finish({grpc::UNIMPLEMENTED, "the service does not have this method"}, sent_.tag());
  }
  void Sent(bool) {
    --owner_.open_calls_;
    delete this;
  }

  UnknownMethods& owner_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};
  QueueEventOf<UnknownCall> arrived_{this, &UnknownCall::Arrived};
  QueueEventOf<UnknownCall> sent_{this, &UnknownCall::Sent};
};

void UnknownMethods::Open(grpc::ServerCompletionQueue& queue) {
  queue_ = &queue;
  // The call is owned by its pending events.
  new UnknownCall(*this);
}

}  // namespace keelson
