#include <atomic>
#include <cstdio>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "adapters/store/sqlite/sqlite_store.h"
#include "adapters/system/system_clock.h"
#include "core/notifications/message_repository.h"
#include "core/store/store.h"
#include "tests/bench/figures.h"
#include "tests/bench/postgres_bench.h"
#include "tests/bench/raw_connection.h"
#include "tests/bench/service.h"
#include "tests/support/http/scripted_server.h"

namespace keelson {
namespace {

constexpr int kRounds = 3;
constexpr int kFiles = 20'000;
constexpr int kFileConcurrency = 16;
constexpr double kFilesPerSecond = 2000;
constexpr int kOverHttp = 2000;
constexpr int kConcurrency = 4;
constexpr std::chrono::milliseconds kLatency{50};
constexpr double kLatencyBar = 0.8;
constexpr int kFew = 10;
constexpr int kMany = 1'000'000;
constexpr int kClaims = 100;
constexpr double kDepthBar = 1.5;
constexpr absl::Duration kSettling = absl::Seconds(1);
constexpr absl::Duration kSpan = absl::Seconds(4);

Message Queued(int number) {
  Message message;
  message.id = MessageId(NumberedUuid(number));
  message.template_name = "welcome";
  message.locale = "en";
  message.to = message.to_key = absl::StrCat("user", number, "@example.com");
  message.user_id = UserId(NumberedUuid(kFirstUser));
  message.variables = {{"display_name", "Ada Lovelace"}};
  message.create_time = message.due_time = absl::FromUnixSeconds(1'700'000'000 + number);
  return message;
}

absl::Status Queue(Store& store, int count) {
  return store.Write(Deadline::Never(), [&](WriteTransaction& tx) {
    absl::Status status;
    for (int i = 0; i < count; ++i) status.Update(tx.messages().Insert(Queued(i)));
    return status;
  });
}

absl::StatusOr<std::unique_ptr<Store>> OpenSqlite(const std::filesystem::path& path, Clock& clock) {
  SqliteOptions options;
  options.path = path;
  return SqliteStore::Open(options, clock);
}

// Returns a copy of `bench` whose database has `count` due messages.
absl::StatusOr<Workbench> WithQueue(const Workbench& bench, int count) {
  Workbench queued = bench;
  queued.database = bench.folder / "queued.db";
  std::error_code error;
  std::filesystem::copy_file(bench.database, queued.database,
                             std::filesystem::copy_options::overwrite_existing, error);
  if (error) return absl::UnavailableError(error.message());
  SystemClock clock;
  const auto store = OpenSqlite(queued.database, clock);
  if (!store.ok()) return store.status();
  if (absl::Status status = Queue(**store, count); !status.ok()) return status;
  return queued;
}

// Measures the growth of `count` per second. Starts when the first messages are sent.
template <typename Count>
double RateOf(const Count& count) {
  const Deadline deadline = Deadline::After(absl::Seconds(30));
  while (count() == 0 && !deadline.expired()) absl::SleepFor(absl::Milliseconds(5));
  absl::SleepFor(kSettling);
  const auto before = count();
  const absl::Time began = absl::Now();
  absl::SleepFor(kSpan);
  return static_cast<double>(count() - before) / absl::ToDoubleSeconds(absl::Now() - began);
}

std::int64_t CountFiles(const std::filesystem::path& folder) {
  std::error_code error;
  const std::filesystem::directory_iterator files(folder, error);
  return error ? 0 : std::distance(begin(files), end(files));
}

// Measures messages per second to files. Each round uses a new directory, because some file systems are slow
// for a while after files are deleted (discard).
absl::StatusOr<double> FilesPerSecond(const Workbench& bench, int round) {
  const std::filesystem::path mails = bench.folder / absl::StrCat("mails", round);
  absl::StatusOr<Service> service =
      Service::Start(bench, {absl::StrCat("email.file.directory=", mails.string()),
                             absl::StrCat("email.dispatch.concurrency=", kFileConcurrency)});
  if (!service.ok()) return service.status();
  return RateOf([&] { return CountFiles(mails); });
}

absl::StatusOr<double> RequestsPerSecond(const Workbench& bench) {
  std::atomic<std::int64_t> sent = 0;
  servers::ScriptedServer api([&](const servers::SeenRequest& request) {
    if (request.method == "POST") ++sent;
    return servers::ScriptedAnswer{.body = R"({"id":"re"})", .delay = kLatency};
  });
  absl::StatusOr<Service> service =
      Service::Start(bench, {R"(email.providers=["resend"])", "email.resend.api_key=re_bench",
                             absl::StrCat("email.resend.base_url=", api.url()),
                             absl::StrCat("email.dispatch.concurrency=", kConcurrency)});
  if (!service.ok()) return service.status();
  return RateOf([&] { return sent.load(); });
}

absl::StatusOr<Figure> MeasureFiles(const Workbench& bench) {
  const absl::StatusOr<Workbench> queued = WithQueue(bench, kFiles);
  if (!queued.ok()) return queued.status();
  std::vector<double> ratios;
  for (int round = 0; round < kRounds; ++round) {
    const absl::StatusOr<double> rate = FilesPerSecond(*queued, round);
    if (!rate.ok()) return rate.status();
    std::fprintf(stderr, "dispatch: %.0f messages/s to files\n", *rate);
    ratios.push_back(*rate / kFilesPerSecond);
  }
  return Figure{"dispatch_file", Median(ratios), Figure::Bar::kAtLeast, 1};
}

absl::StatusOr<Figure> MeasureLatency(const Workbench& bench) {
  const absl::StatusOr<Workbench> queued = WithQueue(bench, kOverHttp);
  if (!queued.ok()) return queued.status();
  const double possible = kConcurrency / std::chrono::duration<double>(kLatency).count();
  std::vector<double> ratios;
  for (int round = 0; round < kRounds; ++round) {
    const absl::StatusOr<double> rate = RequestsPerSecond(*queued);
    if (!rate.ok()) return rate.status();
    std::fprintf(stderr, "dispatch: %.1f messages/s over HTTP; the maximum is %.0f\n", *rate, possible);
    ratios.push_back(*rate / possible);
  }
  return Figure{"dispatch_latency", Median(ratios), Figure::Bar::kAtLeast, kLatencyBar};
}

absl::Status ReleaseClaims(Store& store, std::vector<Message>& claimed) {
  return store.Write(Deadline::Never(), [&](WriteTransaction& tx) {
    for (Message& message : claimed) {
      message.state = MessageState::kQueued;
      message.due_time = message.create_time;
    }
    return tx.messages().Save(claimed).status();
  });
}

// Measures the duration of one claim. Releases the claimed messages before the next claim.
absl::StatusOr<absl::Duration> TimeOfClaim(Store& store) {
  absl::Duration took;
  for (int i = 0; i < kClaims; ++i) {
    std::vector<Message> claimed;
    const absl::Time began = absl::Now();
    absl::Status status = store.Write(Deadline::Never(), [&](WriteTransaction& tx) -> absl::Status {
      auto messages = tx.messages().Claim(began, began + absl::Minutes(2), kFew);
      if (!messages.ok()) return messages.status();
      claimed = *std::move(messages);
      return absl::OkStatus();
    });
    took += absl::Now() - began;
    if (status.ok() && claimed.size() != kFew)
      status = absl::InternalError("the claim returned too few messages");
    if (status.ok()) status = ReleaseClaims(store, claimed);
    if (!status.ok()) return status;
  }
  return took / kClaims;
}

absl::StatusOr<Figure> MeasureDepth(const char* name, Store& few, Store& many) {
  std::vector<double> ratios;
  for (int round = 0; round < 2 * kRounds + 1; ++round) {
    const absl::StatusOr<absl::Duration> among_few = TimeOfClaim(few);
    if (!among_few.ok()) return among_few.status();
    const absl::StatusOr<absl::Duration> among_many = TimeOfClaim(many);
    if (!among_many.ok()) return among_many.status();
    std::fprintf(stderr, "%s claim: %.0f us among %d, %.0f us among %d\n", name,
                 absl::ToDoubleMicroseconds(*among_few), kFew, absl::ToDoubleMicroseconds(*among_many),
                 kMany);
    ratios.push_back(absl::FDivDuration(*among_many, *among_few));
  }
  return Figure{absl::StrCat(name, "_dispatch_depth"), Median(ratios), Figure::Bar::kAtMost, kDepthBar};
}

absl::StatusOr<std::unique_ptr<Store>> SqliteQueue(const Workbench& bench, const char* name, int count,
                                                   Clock& clock) {
  const std::filesystem::path path = bench.folder / name;
  std::error_code error;
  std::filesystem::copy_file(bench.database, path, error);
  if (error) return absl::UnavailableError(error.message());
  absl::StatusOr<std::unique_ptr<Store>> store = OpenSqlite(path, clock);
  if (!store.ok()) return store;
  if (absl::Status status = Queue(**store, count); !status.ok()) return status;
  return store;
}

absl::StatusOr<std::unique_ptr<Store>> PostgresQueue(PostgresBench& postgres, const std::string& name,
                                                     int count) {
  postgres.CopySeed(name);
  absl::StatusOr<std::unique_ptr<Store>> store = postgres.OpenStore(name);
  if (!store.ok()) return store;
  if (absl::Status status = Queue(**store, count); !status.ok()) return status;
  servers::PostgresSession(postgres.server().admin_url(name)).Execute("VACUUM ANALYZE messages");
  return store;
}

absl::StatusOr<std::vector<Figure>> MeasureDepths(const Workbench& bench) {
  SystemClock clock;
  const auto few = SqliteQueue(bench, "few.db", kFew, clock);
  if (!few.ok()) return few.status();
  const auto many = SqliteQueue(bench, "many_messages.db", kMany, clock);
  if (!many.ok()) return many.status();
  const absl::StatusOr<Figure> sqlite = MeasureDepth("sqlite", **few, **many);
  if (!sqlite.ok()) return sqlite.status();

  absl::StatusOr<std::unique_ptr<PostgresBench>> postgres = PostgresBench::Start(bench);
  if (!postgres.ok()) return postgres.status();
  const auto pg_few = PostgresQueue(**postgres, "few", kFew);
  if (!pg_few.ok()) return pg_few.status();
  const auto pg_many = PostgresQueue(**postgres, "many_messages", kMany);
  if (!pg_many.ok()) return pg_many.status();
  const absl::StatusOr<Figure> pg = MeasureDepth("postgres", **pg_few, **pg_many);
  if (!pg.ok()) return pg.status();
  return std::vector<Figure>{*sqlite, *pg};
}

}  // namespace

Figures MeasureDispatch(const Workbench& bench) {
  const absl::StatusOr<Figure> files = MeasureFiles(bench);
  if (!files.ok()) return files.status();
  const absl::StatusOr<Figure> latency = MeasureLatency(bench);
  if (!latency.ok()) return latency.status();
  Figures depths = MeasureDepths(bench);
  if (!depths.ok()) return depths;
  depths->insert(depths->begin(), {*files, *latency});
  return depths;
}

}  // namespace keelson
