#pragma once

#include "adapters/store/postgres/sequencer.h"
#include "adapters/store/postgres/session.h"
#include "core/common/deadline.h"
#include "core/repositories.h"

namespace keelson {

// Inserts events into event_inbox without sequence numbers. PgSequencer numbers them after the commit, so
// that concurrent writers do not wait for each other's numbers.
class PgEvents final : public EventRepository {
 public:
  explicit PgEvents(PgSession& session) : session_(session) {}
  absl::Status Append(const Event& event) override;
  absl::Status AppendMany(const std::vector<Event>& events) override;

 private:
  PgSession& session_;
};

// Reads numbered events. Every read first numbers the events that are already committed (PgSequencer), so
// that a caller finds the events of its own earlier writes.
class PgEventReader final : public EventReader {
 public:
  PgEventReader(PgSession& session, PgSequencer& sequencer, Deadline deadline)
      : session_(session), sequencer_(sequencer), deadline_(deadline) {}
  absl::StatusOr<std::vector<Event>> ListAfter(std::int64_t sequence, int limit) override;
  absl::StatusOr<std::vector<Event>> ListOfUser(UserId user_id, std::int64_t sequence, int limit) override;
  Found<Event> FindLast() override;

 private:
  PgSession& session_;
  PgSequencer& sequencer_;
  const Deadline deadline_;
};

}  // namespace keelson
