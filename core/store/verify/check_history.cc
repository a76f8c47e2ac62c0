#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/store/verify/check_links.h"
#include "core/store/verify/slice.h"

namespace keelson {
namespace {

enum class Subject : std::uint8_t { kUser, kOrder, kRefund, kMessage };

// The part of an event that the checks need, in a compact form. `step` is the number of a UserFact for a
// user, and the number of the state that the event records for every other subject; the creation is recorded
// as the first state.
struct Fact {
  Uuid id{};
  std::int64_t sequence = 0;
  Subject subject = Subject::kUser;
  std::uint8_t step = 0;
  // Whether the row of the event's subject exists.
  bool known = false;

  std::tuple<Subject, const Uuid&, std::int64_t> key() const { return {subject, id, sequence}; }
};

struct Step {
  Subject subject;
  std::string_view event_type;
  std::uint8_t step;
};

template <typename State>
constexpr std::uint8_t StepOf(State state) {
  return static_cast<std::uint8_t>(state);
}

// The step of order.imported and refund.imported. No state has this number.
constexpr std::uint8_t kImportedStep = 0;

enum class UserFact : std::uint8_t {
  kRegistered,
  kImported,
  kEmailVerified,
  kEmailChanged,
  kSuspended,
  kReinstated,
  kDeleted,
  kUndeleted,
  kErased
};

// The step of refund.retried; the other steps of a refund are RefundStates.
constexpr std::uint8_t kRefundRetried = StepOf(RefundState::kCancelled) + 1;

// Every event type that a check evaluates. A history need not contain other types, such as message.cancelled.
constexpr std::array kSteps = {
    Step{Subject::kUser, "user.registered", StepOf(UserFact::kRegistered)},
    Step{Subject::kUser, "user.imported", StepOf(UserFact::kImported)},
    Step{Subject::kUser, "user.email_verified", StepOf(UserFact::kEmailVerified)},
    Step{Subject::kUser, "user.email_changed", StepOf(UserFact::kEmailChanged)},
    Step{Subject::kUser, "user.suspended", StepOf(UserFact::kSuspended)},
    Step{Subject::kUser, "user.reinstated", StepOf(UserFact::kReinstated)},
    Step{Subject::kUser, "user.deleted", StepOf(UserFact::kDeleted)},
    Step{Subject::kUser, "user.undeleted", StepOf(UserFact::kUndeleted)},
    Step{Subject::kUser, "user.erased", StepOf(UserFact::kErased)},
    Step{Subject::kOrder, "order.created", StepOf(OrderState::kPending)},
    Step{Subject::kOrder, "order.imported", kImportedStep},
    Step{Subject::kOrder, "order.paid", StepOf(OrderState::kPaid)},
    Step{Subject::kOrder, "order.shipped", StepOf(OrderState::kShipped)},
    Step{Subject::kOrder, "order.delivered", StepOf(OrderState::kDelivered)},
    Step{Subject::kOrder, "order.cancelled", StepOf(OrderState::kCancelled)},
    Step{Subject::kRefund, "refund.requested", StepOf(RefundState::kRequested)},
    Step{Subject::kRefund, "refund.imported", kImportedStep},
    Step{Subject::kRefund, "refund.approved", StepOf(RefundState::kApproved)},
    Step{Subject::kRefund, "refund.processing", StepOf(RefundState::kProcessing)},
    Step{Subject::kRefund, "refund.succeeded", StepOf(RefundState::kSucceeded)},
    Step{Subject::kRefund, "refund.failed", StepOf(RefundState::kFailed)},
    Step{Subject::kRefund, "refund.rejected", StepOf(RefundState::kRejected)},
    Step{Subject::kRefund, "refund.cancelled", StepOf(RefundState::kCancelled)},
    Step{Subject::kRefund, "refund.retried", kRefundRetried},
    Step{Subject::kMessage, "message.queued", StepOf(MessageState::kQueued)},
    Step{Subject::kMessage, "message.sent", StepOf(MessageState::kSent)},
    Step{Subject::kMessage, "message.dead", StepOf(MessageState::kDead)},
};

std::string_view EventType(Subject subject, std::uint8_t step) {
  const auto* found = std::find_if(kSteps.begin(), kSteps.end(),
                                   [&](const Step& s) { return s.subject == subject && s.step == step; });
  return found == kSteps.end() ? "" : found->event_type;
}

std::optional<Uuid> ParseSubject(Subject subject, std::string_view text) {
  switch (subject) {
    case Subject::kUser:
      return ParseTypeId(UserKind::kPrefix, text);
    case Subject::kOrder:
      return ParseTypeId(OrderKind::kPrefix, text);
    case Subject::kRefund:
      return ParseTypeId(RefundKind::kPrefix, text);
    case Subject::kMessage:
      return ParseTypeId(MessageKind::kPrefix, text);
  }
  return std::nullopt;
}

using History = std::span<Fact>;

std::ptrdiff_t CountOf(History history, std::uint8_t step) {
  return std::count_if(history.begin(), history.end(), [&](const Fact& f) { return f.step == step; });
}

// Returns the event types of a history, such as "order.created, order.paid".
std::string EventTypes(History history) {
  std::string types;
  for (const Fact& fact : history) {
    types += StrCat(types.empty() ? "" : ", ", EventType(fact.subject, fact.step));
  }
  return types.empty() ? "no events" : types;
}

// The state of a user after the events. UndeleteUser restores the state before DeleteUser.
UserState StateAfter(History history) {
  UserState state = UserState::kActive;
  UserState before_deletion = UserState::kActive;
  for (const Fact& fact : history) {
    switch (static_cast<UserFact>(fact.step)) {
      case UserFact::kSuspended:
        state = UserState::kSuspended;
        break;
      case UserFact::kReinstated:
        state = UserState::kActive;
        break;
      case UserFact::kDeleted:
        before_deletion = std::exchange(state, UserState::kDeleted);
        break;
      case UserFact::kUndeleted:
        state = before_deletion;
        break;
      case UserFact::kErased:
        state = UserState::kErased;
        break;
      case UserFact::kRegistered:
      case UserFact::kImported:
      case UserFact::kEmailVerified:
      case UserFact::kEmailChanged:
        break;
    }
  }
  return state;
}

std::string Violation(const UserRow& user, History history) {
  const std::ptrdiff_t imported = CountOf(history, StepOf(UserFact::kImported));
  const std::ptrdiff_t created = imported + CountOf(history, StepOf(UserFact::kRegistered));
  if (created != 1) {
    return StrCat("the user has ", created,
                  " user.registered or user.imported events, not 1: ", EventTypes(history));
  }
  // The other system may have verified the address of an imported user.
  const bool verified = imported > 0 || CountOf(history, StepOf(UserFact::kEmailVerified)) > 0 ||
                        CountOf(history, StepOf(UserFact::kEmailChanged)) > 0;
  if (user.fields.email_verify_time && !verified) {
    return "email_verify_time is set without a user.email_verified or user.email_changed event";
  }
  if (user.fields.state == StateAfter(history)) return "";
  return StrCat("the state is ", UserStateName(user.fields.state), " after ", EventTypes(history));
}

bool StartsWith(History history, std::uint8_t step) {
  return !history.empty() && history.front().step == step;
}

// An order is imported in any state, so that each later state can follow.
bool CanFollow(std::uint8_t from, OrderState to) {
  if (from != kImportedStep) return CanMove(static_cast<OrderState>(from), to);
  using enum OrderState;
  return CanMove(kPending, to) || CanMove(kPaid, to) || CanMove(kShipped, to);
}

std::string Violation(const OrderFields& order, History history) {
  bool follows = StartsWith(history, StepOf(OrderState::kPending)) || StartsWith(history, kImportedStep);
  for (std::size_t i = 1; i < history.size() && follows; ++i) {
    follows = CanFollow(history[i - 1].step, static_cast<OrderState>(history[i].step));
  }
  // The invariant order_state_is_function_of_facts checks the state in which an order was imported.
  const bool as_imported = history.size() == 1 && history.front().step == kImportedStep;
  if (follows && (as_imported || history.back().step == StepOf(order.state))) return "";
  return StrCat("the state is ", OrderStateName(order.state), " after ", EventTypes(history));
}

// Whether an event leaves the refund in the state. A created or retried refund is REQUESTED or APPROVED.
bool LeadsTo(std::uint8_t step, RefundState state) {
  if (step == StepOf(RefundState::kRequested) || step == kRefundRetried) {
    return state == RefundState::kRequested || state == RefundState::kApproved;
  }
  return step == StepOf(state);
}

bool CanFollow(std::uint8_t before, std::uint8_t next) {
  // Only a retry leaves the state FAILED.
  if (before == StepOf(RefundState::kFailed) || next == kRefundRetried) {
    return before == StepOf(RefundState::kFailed) && next == kRefundRetried;
  }
  // A repeated attempt has no event.
  if (before == next) return false;
  constexpr std::array kOrigins = {RefundState::kRequested, RefundState::kApproved, RefundState::kProcessing};
  return std::any_of(kOrigins.begin(), kOrigins.end(), [&](RefundState from) {
    return LeadsTo(before, from) && CanMove(from, static_cast<RefundState>(next));
  });
}

std::string Violation(const RefundFields& refund, History history) {
  const bool imported = history.size() == 1 && history.front().step == kImportedStep;
  if (imported && refund.state == RefundState::kSucceeded) return "";
  bool follows = !history.empty() && history.front().step == StepOf(RefundState::kRequested);
  for (std::size_t i = 1; i < history.size() && follows; ++i) {
    follows = CanFollow(history[i - 1].step, history[i].step);
  }
  if (!follows || !LeadsTo(history.back().step, refund.state)) {
    return StrCat("the state is ", RefundStateName(refund.state), " after ", EventTypes(history));
  }
  // The number of retries is a part of the idempotency key at the payment provider.
  if (refund.retries == CountOf(history, kRefundRetried)) return "";
  return StrCat("retries is ", refund.retries, " after ", EventTypes(history));
}

std::string Violation(const Message& message, History history) {
  const bool sent = message.state == MessageState::kSent;
  const bool follows =
      CountOf(history, StepOf(MessageState::kQueued)) == 1 &&
      CountOf(history, StepOf(MessageState::kSent)) == (sent ? 1 : 0) &&
      (message.state != MessageState::kDead || CountOf(history, StepOf(MessageState::kDead)) > 0);
  if (follows) return "";
  return StrCat("the state is ", MessageStateName(message.state), " after ", EventTypes(history));
}

const Uuid& UuidOf(const UserRow& user) {
  return user.fields.id.uuid();
}
template <typename Row>
const Uuid& UuidOf(const Row& row) {
  return row.id.uuid();
}

class HistoryOfSlice {
 public:
  explicit HistoryOfSlice(Slice slice) : slice_(slice) {}

  absl::Status Load(Audit& audit) {
    absl::Status status = ForEach<Event>(audit, [&](const Event& event) { Add(event); });
    std::sort(facts_.begin(), facts_.end(), [](const Fact& a, const Fact& b) { return a.key() < b.key(); });
    return status;
  }

  template <typename Row>
  absl::Status Check(Audit& audit, Subject subject, std::string_view invariant) {
    return ForEach<Row>(audit, [&](const Row& row) {
      if (!slice_.Has(UuidOf(row))) return;
      const History history = Find(subject, UuidOf(row));
      for (Fact& fact : history) fact.known = true;
      std::string violation = Violation(row, history);
      if (!violation.empty()) audit.Report(invariant, row, std::move(violation));
    });
  }

  // Reports the events whose subject does not exist. Must be called after all checks. Messages may be
  // missing: they are deleted when their retention ends.
  void ReportOrphans(Audit& audit) const {
    for (const Fact& fact : facts_) {
      if (fact.known || fact.subject == Subject::kMessage) continue;
      Event event;
      event.sequence = fact.sequence;
      audit.Report("event_has_subject", event,
                   StrCat("the subject of ", EventType(fact.subject, fact.step), " does not exist"));
    }
  }

 private:
  void Add(const Event& event) {
    const auto* step =
        std::find_if(kSteps.begin(), kSteps.end(), [&](const Step& s) { return s.event_type == event.type; });
    if (step == kSteps.end()) return;
    // An invalid id becomes the nil id, which no row has.
    const Uuid id = ParseSubject(step->subject, event.subject).value_or(Uuid{});
    if (slice_.Has(id)) facts_.push_back({id, event.sequence, step->subject, step->step, false});
  }

  History Find(Subject subject, const Uuid& id) {
    const auto before = [](const Fact& fact, const std::pair<Subject, const Uuid&>& wanted) {
      return std::tie(fact.subject, fact.id) < std::tie(wanted.first, wanted.second);
    };
    const auto after = [](const std::pair<Subject, const Uuid&>& wanted, const Fact& fact) {
      return std::tie(wanted.first, wanted.second) < std::tie(fact.subject, fact.id);
    };
    const std::pair<Subject, const Uuid&> wanted(subject, id);
    const auto begin = std::lower_bound(facts_.begin(), facts_.end(), wanted, before);
    return {begin, std::upper_bound(begin, facts_.end(), wanted, after)};
  }

  const Slice slice_;
  std::vector<Fact> facts_;
};

}  // namespace

absl::Status CheckHistory(Audit& audit, std::uint32_t parts) {
  for (std::uint32_t part = 0; part < parts; ++part) {
    HistoryOfSlice history({part, parts});
    RETURN_IF_ERROR(history.Load(audit));
    RETURN_IF_ERROR(history.Check<UserRow>(audit, Subject::kUser, "user_state_is_told"));
    RETURN_IF_ERROR(history.Check<OrderFields>(audit, Subject::kOrder, "order_state_is_told"));
    RETURN_IF_ERROR(history.Check<RefundFields>(audit, Subject::kRefund, "refund_state_is_told"));
    RETURN_IF_ERROR(history.Check<Message>(audit, Subject::kMessage, "message_state_is_told"));
    history.ReportOrphans(audit);
  }
  return absl::OkStatus();
}

}  // namespace keelson
