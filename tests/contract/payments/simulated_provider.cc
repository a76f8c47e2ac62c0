#include "tests/contract/payments/simulated_provider.h"

namespace keelson {

Reply SimulatedProvider::Respond(const servers::SeenRequest& request) {
  const std::lock_guard lock(mutex_);
  switch (fixture_.purpose_of(request)) {
    case Purpose::kToken:
      return TokenReply();
    case Purpose::kSearch:
      return search_fails_ ? JsonReply(500, nlohmann::json::object()) : fixture_.searched(request, refunds_);
    case Purpose::kRefund:
      return Execute(request);
    default:
      return fixture_.missing;
  }
}

Reply SimulatedProvider::Execute(const servers::SeenRequest& request) {
  const std::string key = fixture_.key_of(request);
  const auto known = by_key_.find(key);
  if (known != by_key_.end()) {
    return known->second.body == request.body ? known->second.reply : fixture_.key_reused;
  }
  if (refunds_.size() >= max_refunds_) return fixture_.already_refunded;
  refunds_.push_back(fixture_.refund("re-" + std::to_string(refunds_.size() + 1), key, RefundAt::kPaid));
  const Reply reply = fixture_.refunded(refunds_.back());
  by_key_[key] = {request.body, reply};
  if (!loses_response_) return reply;
  loses_response_ = false;
  return {.status = 0, .body = "", .headers = {}, .act = Reply::Act::kReset};
}

void SimulatedProvider::LoseNextResponse() {
  const std::lock_guard lock(mutex_);
  loses_response_ = true;
}

void SimulatedProvider::ForgetKeys() {
  const std::lock_guard lock(mutex_);
  by_key_.clear();
}

void SimulatedProvider::SetSearchFails(bool fails) {
  const std::lock_guard lock(mutex_);
  search_fails_ = fails;
}

void SimulatedProvider::SetMaxRefunds(std::size_t max) {
  const std::lock_guard lock(mutex_);
  max_refunds_ = max;
}

std::size_t SimulatedProvider::paid() {
  const std::lock_guard lock(mutex_);
  return refunds_.size();
}

}  // namespace keelson
