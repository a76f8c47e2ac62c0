#include "tests/bench/load.h"

#include <poll.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/bench/rpc_connection.h"

namespace keelson {
namespace {

constexpr absl::Duration kDrain = absl::Seconds(10);
constexpr int kResourceExhausted = 8;

class Loader {
 public:
  explicit Loader(const Load& load) : load_(load) {}

  absl::StatusOr<LoadResult> Run() {
    for (int i = 0; i < load_.connections; ++i) {
      auto connection = RpcConnection::Connect(load_.port, load_.method,
                                               [this, i](const RpcCall& call) { OnResponse(i, call); });
      if (!connection.ok()) return connection.status();
      connections_.push_back(*std::move(connection));
    }
    begin_ = absl::Now();
    measured_from_ = begin_ + load_.warm_up;
    end_ = measured_from_ + load_.duration;
    if (load_.rate == 0) {
      for (int i = 0; i < load_.connections * load_.callers; ++i) Submit(i % load_.connections);
    }
    while (status_.ok() && Step()) {
    }
    if (!status_.ok()) return status_;
    result_.calls_per_second =
        static_cast<double>(result_.latency.count()) / absl::ToDoubleSeconds(load_.duration);
    return std::move(result_);
  }

 private:
  // Starts and completes calls that are ready. Returns false once the load is complete.
  bool Step() {
    const absl::Time now = absl::Now();
    if (now < end_) {
      if (load_.rate > 0) SubmitDue(now);
    } else if (std::all_of(connections_.begin(), connections_.end(),
                           [](const auto& connection) { return connection->in_flight() == 0; })) {
      return false;
    } else if (now > end_ + kDrain) {
      status_ = absl::DeadlineExceededError("some calls did not complete");
      return false;
    }
    for (const auto& connection : connections_) Check(connection->Flush());
    Wait(now);
    return true;
  }

  void Wait(absl::Time now) {
    polled_.clear();
    for (const auto& connection : connections_) {
      polled_.push_back(
          {connection->fd(), static_cast<short>(connection->wants_write() ? POLLIN | POLLOUT : POLLIN), 0});
    }
    const bool paced = load_.rate > 0 && now < end_;
    const absl::Duration timeout =
        std::max(paced ? next_due_ - absl::Now() : absl::Milliseconds(100), absl::ZeroDuration());
    const timespec wait = absl::ToTimespec(timeout);
    ppoll(polled_.data(), polled_.size(), &wait, nullptr);
    for (std::size_t i = 0; i < polled_.size(); ++i) {
      if (polled_[i].revents != 0) Check(connections_[i]->Receive());
    }
  }

  void SubmitDue(absl::Time now) {
    for (next_due_ = std::max(next_due_, begin_); next_due_ <= now;
         next_due_ += absl::Seconds(1) / load_.rate) {
      const int connection = next_connection_++ % load_.connections;
      if (connections_[static_cast<std::size_t>(connection)]->in_flight() < load_.callers) Submit(connection);
    }
  }

  void Submit(int connection) {
    load_.next_request(request_);
    Check(connections_[static_cast<std::size_t>(connection)]->Submit(request_));
  }

  void OnResponse(int connection, const RpcCall& call) {
    const absl::Time now = absl::Now();
    const bool rejected = load_.may_be_rejected && call.status == kResourceExhausted;
    if (call.status != 0 && !rejected) {
      status_ = absl::UnknownError(absl::StrCat(load_.method, " returned the status ", call.status));
      return;
    }
    if (rejected) {
      result_.rejected.Add(now - call.begin);
    } else if (now >= measured_from_ && now < end_) {
      result_.latency.Add(now - call.begin);
    }
    if (now < end_ && load_.rate == 0) Submit(connection);
  }

  void Check(absl::Status status) { status_.Update(std::move(status)); }

  const Load& load_;
  absl::Status status_;
  LoadResult result_;
  std::vector<std::unique_ptr<RpcConnection>> connections_;
  std::vector<pollfd> polled_;
  std::string request_;
  absl::Time begin_;
  absl::Time measured_from_;
  absl::Time end_;
  absl::Time next_due_ = absl::InfinitePast();
  int next_connection_ = 0;
};

}  // namespace

absl::StatusOr<LoadResult> RunLoad(const Load& load) {
  return Loader(load).Run();
}

}  // namespace keelson
