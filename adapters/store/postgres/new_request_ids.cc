#include "adapters/store/postgres/new_request_ids.h"

namespace keelson {

void NewRequestIds::BeginRun() {
  unconfirmed_.clear();
  if (state_ != State::kDropped) state_ = State::kUnused;
}

bool NewRequestIds::Assume(const Fingerprint& key) {
  if (state_ == State::kDropped) return false;
  unconfirmed_.push_back(key);
  state_ = State::kAssumed;
  return true;
}

void NewRequestIds::Confirm(const Fingerprint& key) {
  if (std::erase(unconfirmed_, key) > 0 && unconfirmed_.empty()) state_ = State::kConfirmed;
}

void NewRequestIds::Drop() {
  state_ = State::kDropped;
}

bool NewRequestIds::IsRefuted(PgConnection& connection, Deadline deadline) const {
  PgResult found;
  connection.Queue("SELECT 1 FROM idempotency WHERE key = ANY ($1) LIMIT 1",
                   PgParameters(unconfirmed_).view(), PgConnection::kAnyNumber, &found);
  connection.Finish(deadline);
  return found.rows() > 0;
}

}  // namespace keelson
