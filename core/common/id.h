// Ids are TypeIDs: a prefix and a UUIDv7 (RFC 9562) in Crockford base32, such as
// "user_01hf7yat00e8r8e2dhp52c4m2r". Stores save the 16 bytes of the UUID, which sort by creation time.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/common/clock.h"
#include "core/common/entropy.h"
#include "core/common/strings.h"

namespace keelson {

using Uuid = std::array<std::uint8_t, 16>;

// Returns `prefix`, "_" and the UUID as 26 characters in lower case.
std::string FormatTypeId(std::string_view prefix, const Uuid& uuid);
// Returns nullopt unless `text` is the exact text that FormatTypeId returns for this prefix and a UUID.
std::optional<Uuid> ParseTypeId(std::string_view prefix, std::string_view text);

// The id of an entity. `Kind` defines the prefix. Ids of different kinds are different types, so the compiler
// rejects an id of the wrong kind.
template <typename Kind>
class Id {
 public:
  // The nil UUID: no entity has it.
  Id() = default;
  explicit Id(const Uuid& uuid) : uuid_(uuid) {}

  static std::optional<Id> Parse(std::string_view text) {
    const std::optional<Uuid> uuid = ParseTypeId(Kind::kPrefix, text);
    return uuid ? std::optional<Id>(Id(*uuid)) : std::nullopt;
  }

  std::string ToString() const { return FormatTypeId(Kind::kPrefix, uuid_); }
  const Uuid& uuid() const { return uuid_; }
  bool is_nil() const { return uuid_ == Uuid{}; }
  auto operator<=>(const Id&) const = default;

  template <typename H>
  friend H AbslHashValue(H h, const Id& id) {
    return H::combine(std::move(h), id.uuid_);
  }

 private:
  Uuid uuid_{};
};

struct UserKind {
  static constexpr std::string_view kPrefix = "user";
};
struct SessionKind {
  static constexpr std::string_view kPrefix = "session";
};
struct OrderKind {
  static constexpr std::string_view kPrefix = "order";
};
struct RefundKind {
  static constexpr std::string_view kPrefix = "refund";
};
struct MessageKind {
  static constexpr std::string_view kPrefix = "message";
};
struct LedgerEntryKind {
  static constexpr std::string_view kPrefix = "entry";
};

// The FieldViolation::description for a text that Id<Kind>::Parse rejects.
template <typename Kind>
std::string InvalidId() {
  return StrCat("must be an id: ", Kind::kPrefix, "_ and 26 characters");
}

using UserId = Id<UserKind>;
using SessionId = Id<SessionKind>;
using OrderId = Id<OrderKind>;
using RefundId = Id<RefundKind>;
using MessageId = Id<MessageKind>;
using LedgerEntryId = Id<LedgerEntryKind>;

// Generates UUIDv7s that increase strictly within a process, even within one millisecond or if the clock is
// set back. Thread-safe.
class IdGenerator {
 public:
  IdGenerator(Clock& clock, Entropy& entropy) : clock_(clock), entropy_(entropy) {}

  template <typename Kind>
  Id<Kind> Next() {
    return Id<Kind>(NextUuid());
  }

 private:
  Uuid NextUuid();

  Clock& clock_;
  Entropy& entropy_;
  absl::Mutex mutex_;
  Uuid last_ ABSL_GUARDED_BY(mutex_){};
};

}  // namespace keelson
