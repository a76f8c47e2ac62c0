#pragma once

#include <optional>

#include "absl/time/time.h"
#include "adapters/postgres/read_pipeline.h"
#include "adapters/postgres/session.h"

namespace keelson {

// A run of a unit of work that reads: of one statement, which needs no transaction of its own, or of many in
// one snapshot.
class PgReadSession final : public PgSession {
 public:
  enum class Extent { kStatement, kSnapshot };

  PgReadSession(PgConnection& connection, absl::Time deadline, Extent extent)
      : connection_(connection), deadline_(deadline), extent_(extent) {}

  // It wanted a second statement, which it was not given: it is to be run again in a snapshot.
  bool outgrown() const { return outgrown_; }
  // False where the connection is of no use any more.
  bool End();

 private:
  PgResult Ask(const char* sql, const PgArguments& arguments) override;
  void Tell(const char* sql, const PgArguments& arguments, int affected, PgResult* result) override;

  PgConnection& connection_;
  const absl::Time deadline_;
  const Extent extent_;
  bool begun_ = false;
  bool outgrown_ = false;
};

// A run of a unit of work that asks for one row: its statement travels with those of others. Where more is
// wanted, it is to be run again on a connection of its own.
class PgSharedReadSession final : public PgSession {
 public:
  PgSharedReadSession(PgReadPipeline& pipeline, absl::Time deadline)
      : pipeline_(pipeline), deadline_(deadline) {}

  // Set: more was wanted than it gives, namely this.
  std::optional<PgReadSession::Extent> outgrown() const { return outgrown_; }

 private:
  PgResult Ask(const char* sql, const PgArguments& arguments) override;
  PgResult AskOne(const char* sql, const PgArguments& arguments) override;
  void Tell(const char* sql, const PgArguments& arguments, int affected, PgResult* result) override;
  [[noreturn]] void Outgrow(PgReadSession::Extent extent);

  PgReadPipeline& pipeline_;
  const absl::Time deadline_;
  bool asked_ = false;
  std::optional<PgReadSession::Extent> outgrown_;
};

}  // namespace keelson
