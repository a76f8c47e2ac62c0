#pragma once

namespace keelson {

// An event of a completion queue. Must live until it has happened.
class QueueEvent {
 public:
  // The tag by which the queue identifies the event: a pointer to QueueEvent.
  void* tag() { return this; }
  // `ok` is gRPC's success flag. Called on the queue's thread.
  virtual void Happened(bool ok) = 0;

 protected:
  ~QueueEvent() = default;
};

// Calls a method of `owner`.
template <typename Owner>
class QueueEventOf final : public QueueEvent {
 public:
  QueueEventOf(Owner* owner, void (Owner::*happened)(bool ok)) : owner_(owner), happened_(happened) {}
  void Happened(bool ok) override { (owner_->*happened_)(ok); }

 private:
  Owner* const owner_;
  void (Owner::*const happened_)(bool ok);
};

}  // namespace keelson
