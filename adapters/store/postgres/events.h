#pragma once

#include "adapters/store/postgres/sequencer.h"
#include "adapters/store/postgres/session.h"
#include "core/common/deadline.h"
#include "core/repositories.h"

namespace keelson {

// Writes events without numbers, so that writers never wait for each other.
class PgEvents final : public EventRepository {
 public:
  explicit PgEvents(PgSession& session) : session_(session) {}
  absl::Status Append(const Event& event) override;

 private:
  PgSession& session_;
};

class PgEventReader final : public EventReader {
 public:
  PgEventReader(PgSession& session, PgSequencer& sequencer, Deadline deadline)
      : session_(session), sequencer_(sequencer), deadline_(deadline) {}
  // Both have what was committed before numbered first, so that a writer finds its own events.
  absl::StatusOr<std::vector<Event>> ListAfter(std::int64_t sequence, int limit) override;
  Found<Event> FindLast() override;

 private:
  PgSession& session_;
  PgSequencer& sequencer_;
  const Deadline deadline_;
};

}  // namespace keelson
