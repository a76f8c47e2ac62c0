#include "tests/e2e/postgres/support/audit.h"

#include <catch2/catch.hpp>

#include "adapters/store/postgres/postgres_store.h"
#include "core/events/event.h"
#include "core/events/event_repository.h"
#include "core/store/store.h"
#include "tests/e2e/support/stores.h"
#include "tests/support/real_clock.h"

namespace keelson::e2e {
namespace {

constexpr int kMaxEvents = 1'000'000;

std::vector<Event> ReadEvents(const std::filesystem::path& folder) {
  RealClock clock;
  PostgresOptions options;
  options.url = DatabaseUrl(folder);
  options.migrate = false;
  const absl::StatusOr<std::unique_ptr<Store>> store = PostgresStore::Open(options, clock);
  REQUIRE(store.ok());
  std::vector<Event> events;
  const absl::Status status = (*store)->Read(Deadline::Never(), [&](ReadTransaction& tx) -> absl::Status {
    absl::StatusOr<std::vector<Event>> found = tx.events().ListAfter(0, kMaxEvents);
    if (found.ok()) events = *std::move(found);
    return found.status();
  });
  INFO(status.ToString());
  REQUIRE(status.ok());
  return events;
}

}  // namespace

std::map<std::string, int> AuditedEvents(const std::filesystem::path& folder) {
  std::map<std::string, int> counts;
  std::int64_t sequence = 0;
  Sha256Digest hash{};
  std::vector<std::int64_t> misnumbered, unchained;
  for (const Event& event : ReadEvents(folder)) {
    ++counts[event.type];
    hash = ChainedHash(hash, event);
    if (event.sequence != ++sequence) misnumbered.push_back(event.sequence);
    if (event.hash != hash) unchained.push_back(event.sequence);
  }
  CHECK(misnumbered.empty());
  CHECK(unchained.empty());
  const servers::PostgresSession session = ConnectToDatabase(folder);
  CHECK(session.Value("SELECT count(*) FROM events") == std::to_string(sequence));
  CHECK(session.Value("SELECT count(*) FROM event_inbox") == "0");
  return counts;
}

void AuditRefunds(const std::filesystem::path& folder) {
  const servers::PostgresSession session = ConnectToDatabase(folder);
  CHECK(session.Value("SELECT count(*) FROM orders WHERE refunded + refund_pending > paid") == "0");
  // Refund states 1 to 4: requested, approved, processing, succeeded.
  CHECK(session.Value(
            "SELECT count(*) FROM orders o LEFT JOIN (SELECT order_id, count(*) FILTER (WHERE state <= 4) AS "
            "refunds, "
            "sum(amount) FILTER (WHERE state = 4) AS given, sum(amount) FILTER (WHERE state < 4) AS held "
            "FROM refunds GROUP BY order_id) r ON r.order_id = o.id "
            "WHERE o.refunded <> coalesce(r.given, 0) OR o.refund_pending <> coalesce(r.held, 0) OR "
            "o.refund_count <> coalesce(r.refunds, 0)") == "0");
  CHECK(session.Value("SELECT count(*) - count(DISTINCT provider_reference) FROM refunds WHERE state = 4") ==
        "0");
}

}  // namespace keelson::e2e
