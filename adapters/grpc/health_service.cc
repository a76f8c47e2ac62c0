#include "adapters/grpc/health_service.h"

#include <grpc/support/time.h>

#include <utility>

namespace keelson {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

const grpc::Status& InvalidRequest() {
  static const grpc::Status status(grpc::INVALID_ARGUMENT, "the message is not a HealthCheckRequest");
  return status;
}

}  // namespace

class HealthService::CheckStream final : public OpenStream {
 public:
  explicit CheckStream(const HealthService& health) : health_(health) {}

 private:
  void OnMessage(grpc::ByteBuffer& message) override {
    HealthCheckRequest request;
    if (!ParseOpenMessage(message, request)) return End(InvalidRequest());
    HealthCheckResponse response;
    response.set_status(health_.StatusOf(request.service()));
    if (response.status() == HealthCheckResponse::SERVICE_UNKNOWN) {
      return End({grpc::NOT_FOUND, "no service has this name"});
    }
    SendLast(response);
  }

  const HealthService& health_;
};

class HealthService::WatchStream final : public OpenStream {
 public:
  explicit WatchStream(HealthService& health) : health_(health) {}

  void Changed() {
    const Status status = health_.StatusOf(name_);
    if (sending_ || status == last_) return;
    sending_ = true;
    last_ = status;
    HealthCheckResponse response;
    response.set_status(status);
    Send(response);
  }

 private:
  void OnMessage(grpc::ByteBuffer& message) override {
    HealthCheckRequest request;
    if (!ParseOpenMessage(message, request)) return End(InvalidRequest());
    name_ = request.service();
    health_.watching_.insert(this);
    Changed();
  }
  void OnSent() override {
    sending_ = false;
    Changed();
  }
  void OnEnded() override { health_.watching_.erase(this); }

  HealthService& health_;
  std::string name_;
  bool sending_ = false;
  // The last status that was sent; UNKNOWN is never sent.
  Status last_ = HealthCheckResponse::UNKNOWN;
};

HealthService::HealthService() : OpenService(kName) {
  AddMethod("Check", [this] { return std::make_unique<CheckStream>(*this); });
  AddMethod("Watch", [this] { return std::make_unique<WatchStream>(*this); });
}

void HealthService::SetServing(const std::string& name, bool serving) {
  const absl::MutexLock lock(&mutex_);
  serving_[name] = serving;
  if (closed_ || std::exchange(waking_, true)) return;
  alarm_.Set(&queue(), gpr_now(GPR_CLOCK_MONOTONIC), changed_.tag());
}

void HealthService::Close() {
  const absl::MutexLock lock(&mutex_);
  closed_ = true;
}

HealthService::Status HealthService::StatusOf(const std::string& name) const {
  const absl::MutexLock lock(&mutex_);
  const auto known = serving_.find(name);
  if (known == serving_.end()) return HealthCheckResponse::SERVICE_UNKNOWN;
  return known->second ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

void HealthService::Changed(bool) {
  {
    const absl::MutexLock lock(&mutex_);
    waking_ = false;
  }
  for (WatchStream* stream : watching_) stream->Changed();
}

}  // namespace keelson
