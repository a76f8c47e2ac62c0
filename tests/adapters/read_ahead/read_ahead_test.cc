#include "adapters/store/read_ahead/read_ahead.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <mutex>
#include <thread>

#include "core/common/strings.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

constexpr int kLimit = 10;

// A store with the settings "00", "01", … and no other rows. Counts the reads, and detects concurrent calls.
class Settings : public StoreImporter {
 public:
  explicit Settings(int count) {
    for (int i = 0; i < count; ++i) {
      settings_.push_back({StrCat(i / 10, i % 10), "value"});
    }
  }

  absl::StatusOr<std::vector<EngineFault>> CheckEngine() override {
    const Call call(*this);
    return std::vector<EngineFault>{{"settings", "damaged"}};
  }
  absl::StatusOr<std::int64_t> Count(RowKind kind) override {
    const Call call(*this);
    return kind == RowKind::kSettings ? std::ssize(settings_) : 0;
  }
  absl::StatusOr<RowBatch> Read(RowKind kind, std::string_view after, int limit) override {
    const Call call(*this);
    ++reads;
    if (after >= fails_after) return absl::UnavailableError("connection lost");
    return WithRowsOf(kind, [&](auto rows) -> RowBatch {
      if constexpr (std::is_same_v<decltype(rows), std::vector<Setting>>) {
        for (const Setting& setting : settings_) {
          if (setting.name > after && std::ssize(rows) < limit) rows.push_back(setting);
        }
      }
      return rows;
    });
  }
  absl::Status Insert(const RowBatch& rows, std::string_view) override {
    const Call call(*this);
    for (const Setting& setting : std::get<std::vector<Setting>>(rows)) settings_.push_back(setting);
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> FindCheckpoint() override {
    const Call call(*this);
    return "checkpoint";
  }
  absl::Status Finish() override {
    const Call call(*this);
    return absl::OkStatus();
  }

  std::atomic<int> reads = 0;
  std::atomic<bool> met = false;
  // Reads of rows after this key or a greater key fail.
  std::string fails_after = "~";

 private:
  // Marks a call in progress for 2 ms, and sets `met` if another call was already in progress.
  struct Call {
    explicit Call(Settings& s) : settings(s) {
      if (!settings.busy_.try_lock()) {
        settings.met = true;
        settings.busy_.lock();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    ~Call() { settings.busy_.unlock(); }
    Settings& settings;
  };

  std::mutex busy_;
  std::vector<Setting> settings_;
};

std::vector<std::string> NamesIn(const RowBatch& batch) {
  std::vector<std::string> names;
  for (const Setting& setting : std::get<std::vector<Setting>>(batch)) names.push_back(setting.name);
  return names;
}

// Reads all batches and returns their sizes.
std::vector<std::size_t> ReadAll(StoreExporter& reader) {
  std::vector<std::size_t> sizes;
  std::string after;
  do {
    const RowBatch batch = Must(reader.Read(RowKind::kSettings, after, kLimit));
    sizes.push_back(CountOf(batch));
    if (sizes.back() > 0) after = LastKey(batch);
  } while (sizes.back() == kLimit);
  return sizes;
}

TEST_CASE("each batch is read from the store exactly once") {
  auto owned = std::make_unique<Settings>(25);
  const Settings& settings = *owned;
  ReadAheadReader reader(std::move(owned));
  CHECK(Must(reader.Count(RowKind::kSettings)) == 25);
  CHECK(ReadAll(reader) == std::vector<std::size_t>{10, 10, 5});
  CHECK(settings.reads == 3);
  CHECK_FALSE(settings.met);
}

TEST_CASE("the next batch is read while the caller processes the current one") {
  auto owned = std::make_unique<Settings>(25);
  const Settings& settings = *owned;
  ReadAheadReader reader(std::move(owned));
  Must(reader.Read(RowKind::kSettings, "", kLimit).status());
  for (int i = 0; i < 10'000 && settings.reads < 2; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  CHECK(settings.reads == 2);
}

TEST_CASE("a batch that was not prefetched is read from the store") {
  ReadAheadReader reader(std::make_unique<Settings>(25));
  Must(reader.Read(RowKind::kSettings, "", kLimit).status());
  SECTION("other rows") {
    CHECK(NamesIn(Must(reader.Read(RowKind::kSettings, "11", 2))) == std::vector<std::string>{"12", "13"});
  }
  SECTION("another limit") {
    CHECK(NamesIn(Must(reader.Read(RowKind::kSettings, "09", 2))) == std::vector<std::string>{"10", "11"});
  }
  SECTION("another kind") {
    CHECK(CountOf(Must(reader.Read(RowKind::kUsers, "09", kLimit))) == 0);
  }
}

TEST_CASE("CheckEngine returns the faults of the wrapped store, and does not run during a prefetch") {
  auto store = std::make_unique<Settings>(25);
  const Settings& settings = *store;
  ReadAheadTarget target(std::move(store));
  Must(target.Read(RowKind::kSettings, "", kLimit));
  CHECK((Must(target.CheckEngine()) == std::vector<EngineFault>{{"settings", "damaged"}}));
  CHECK_FALSE(settings.met);
  ReadAheadReader reader(std::make_unique<Settings>(1));
  CHECK(Must(reader.CheckEngine()).size() == 1);
}

TEST_CASE("Read returns the error that the prefetch of the batch returned") {
  auto owned = std::make_unique<Settings>(25);
  owned->fails_after = "09";
  ReadAheadReader reader(std::move(owned));
  Must(reader.Read(RowKind::kSettings, "", kLimit).status());
  CHECK(absl::IsUnavailable(reader.Read(RowKind::kSettings, "09", kLimit).status()));
  CHECK(NamesIn(Must(reader.Read(RowKind::kSettings, "", 1))) == std::vector<std::string>{"00"});
}

TEST_CASE("no prefetch runs during a write, and batches read afterwards contain the written rows") {
  auto owned = std::make_unique<Settings>(kLimit);
  const Settings& settings = *owned;
  ReadAheadTarget target(std::move(owned));
  Must(target.Read(RowKind::kSettings, "", kLimit).status());
  Must(target.Insert(std::vector<Setting>{{"10", "value"}}, "checkpoint"));
  CHECK(NamesIn(Must(target.Read(RowKind::kSettings, "09", kLimit))) == std::vector<std::string>{"10"});
  CHECK(ReadAll(target) == std::vector<std::size_t>{10, 1});
  Must(target.Read(RowKind::kSettings, "", kLimit).status());
  CHECK(Must(target.FindCheckpoint()) == "checkpoint");
  Must(target.Read(RowKind::kSettings, "", kLimit).status());
  CHECK(Must(target.Count(RowKind::kSettings)) == 11);
  Must(target.Read(RowKind::kSettings, "", kLimit).status());
  Must(target.Finish());
  CHECK_FALSE(settings.met);
}

}  // namespace
}  // namespace keelson
