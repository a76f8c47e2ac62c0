#include "core/notifications/failure_history.h"

namespace keelson {

bool FailureHistory::AddFailure(MessageId id) {
  const auto [place, is_new] = failed_.try_emplace(id, Record{0, acceptances_});
  ++place->second.failures;
  const bool is_cause = acceptances_ > place->second.acceptances_before;
  // Ids begin with the creation time, so the first message in the map is the oldest.
  if (failed_.size() > kMaxMessages) failed_.erase(failed_.begin());
  return is_cause;
}

void FailureHistory::AddAcceptance(MessageId id) {
  failed_.erase(id);
  ++acceptances_;
}

int FailureHistory::CountFailures(MessageId id) const {
  const auto found = failed_.find(id);
  return found == failed_.end() ? 0 : found->second.failures;
}

}  // namespace keelson
