#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace keelson {

// Distinguishes a poison item from a failing provider: an item (a message or a refund) that fails again
// although the provider accepted another item in between is itself the cause of its failures. Keeps the
// newest kMaxItems items that failed. Ids begin with their creation time. Not thread-safe.
template <typename Id>
class FailureHistory {
 public:
  static constexpr std::size_t kMaxItems = 4096;

  // Records that the provider failed to accept the item. Returns true if the item itself is the cause.
  bool AddFailure(Id id) {
    const auto [place, is_new] = failed_.try_emplace(id, Record{0, acceptances_});
    ++place->second.failures;
    const bool is_cause = acceptances_ > place->second.acceptances_before;
    // Ids begin with the creation time, so the first item in the map is the oldest.
    if (failed_.size() > kMaxItems) failed_.erase(failed_.begin());
    return is_cause;
  }
  // Records that the provider accepted the item.
  void AddAcceptance(Id id) {
    failed_.erase(id);
    ++acceptances_;
  }
  // Number of failures since the provider last accepted the item; 0 if the history has no failure of the
  // item.
  int CountFailures(Id id) const {
    const auto found = failed_.find(id);
    return found == failed_.end() ? 0 : found->second.failures;
  }

 private:
  struct Record {
    int failures = 0;
    // Number of items that the provider had accepted before this item first failed.
    std::int64_t acceptances_before = 0;
  };

  std::map<Id, Record> failed_;
  std::int64_t acceptances_ = 0;
};

}  // namespace keelson
