#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "core/store/export/rows.h"

namespace keelson {

// The undo log of a unit of work: rolls back the unit's changes in reverse order.
class Journal {
 public:
  void Record(std::function<void()> undo) { undos_.push_back(std::move(undo)); }
  // Records an error of a repository and returns `failure`. The unit of work can't be committed afterwards.
  absl::Status Fail(absl::Status failure) {
    failure_.Update(failure);
    return failure;
  }
  const absl::Status& failure() const { return failure_; }

  void Undo() {
    while (!undos_.empty()) {
      undos_.back()();
      undos_.pop_back();
    }
  }
  void Forget() {
    undos_.clear();
    failure_ = absl::OkStatus();
  }

 private:
  std::vector<std::function<void()>> undos_;
  absl::Status failure_;
};

// Rows ordered by key. Every change is recorded in the journal.
template <typename Key, typename Row>
class Table {
 public:
  explicit Table(Journal& journal) : journal_(journal) {}

  const Row* Find(const Key& key) const {
    const auto found = rows_.find(key);
    return found == rows_.end() ? nullptr : &found->second;
  }
  const std::map<Key, Row>& rows() const { return rows_; }

  // Inserts the row or replaces the row with this key.
  void Put(const Key& key, Row row) {
    RecordUndo(key);
    rows_.insert_or_assign(key, std::move(row));
  }
  void Erase(const Key& key) {
    if (!rows_.contains(key)) return;
    RecordUndo(key);
    rows_.erase(key);
  }

 private:
  void RecordUndo(const Key& key) {
    const Row* old = Find(key);
    if (old == nullptr) {
      journal_.Record([this, key] { rows_.erase(key); });
    } else {
      journal_.Record([this, key, row = *old] { rows_.insert_or_assign(key, row); });
    }
  }

  Journal& journal_;
  std::map<Key, Row> rows_;
};

// Parses a key as an id. Returns nullopt for an empty key, which stands for the position before the first
// row.
template <typename IdType>
std::optional<IdType> IdInKey(std::string_view key) {
  return key.empty() ? std::nullopt : std::optional(IdType(UuidInKey(key)));
}
inline std::optional<Fingerprint> FingerprintInKey(std::string_view key) {
  return key.empty() ? std::nullopt : std::optional<Fingerprint>(UuidInKey(key));
}

// Returns make(key, entry) for at most `limit` entries with keys greater than `after`, or for the first ones
// if `after` is nullopt.
template <typename Key, typename Entry, typename Make>
auto ListAfter(const std::map<Key, Entry>& entries, const std::optional<Key>& after, int limit,
               const Make& make) {
  std::vector<std::invoke_result_t<Make, const Key&, const Entry&>> rows;
  for (auto entry = after ? entries.upper_bound(*after) : entries.begin();
       entry != entries.end() && static_cast<int>(rows.size()) < limit; ++entry) {
    rows.push_back(make(entry->first, entry->second));
  }
  return rows;
}

}  // namespace keelson
