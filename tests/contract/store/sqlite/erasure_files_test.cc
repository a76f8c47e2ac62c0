// Tests that the files of a database contain nothing of erased users.
#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <set>

#include "adapters/store/sqlite/scrubbing_vfs.h"
#include "core/accounts/user_repository.h"
#include "core/notifications/message_repository.h"
#include "core/orders/order_repository.h"
#include "core/refunds/refund_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/sqlite/fixture.h"

namespace keelson {
namespace {

constexpr std::size_t kWordBytes = 16;
constexpr std::string_view kWordPrefix = "planted";

// Returns a word that occurs in all personal data of the user.
std::string WordOf(std::uint32_t number) {
  const std::string digits = std::to_string(number);
  return std::string(kWordPrefix) + std::string(kWordBytes - kWordPrefix.size() - digits.size(), '0') +
         digits;
}

// Returns all words in the files of the database.
std::set<std::string> WordsIn(const TemporaryFolder& folder) {
  std::set<std::string> words;
  for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
    std::ostringstream content;
    content << std::ifstream(file.path(), std::ios::binary).rdbuf();
    const std::string bytes = content.str();
    for (std::size_t at = bytes.find(kWordPrefix); at != std::string::npos;
         at = bytes.find(kWordPrefix, at + 1)) {
      words.insert(bytes.substr(at, kWordBytes));
    }
  }
  return words;
}

User PlantedUser(const std::string& word) {
  return With(SampleUser(word + "@example.com"), [&](UserFields& f) {
    f.email = f.email_key;
    f.display_name = word;
    f.labels = {{word, word}};
  });
}

User WithMoreLabels(const User& user, std::size_t count) {
  return With(user, [&](UserFields& f) {
    for (std::size_t i = 0; i < count; ++i) f.labels[std::to_string(i)] = f.display_name;
  });
}

absl::Status Plant(WriteTransaction& tx, const User& user, std::size_t body_bytes) {
  Message message = SampleMessage(user->id);
  message.to = message.to_key = user->email_key;
  message.content.text = user->display_name + std::string(body_bytes, '.') + user->display_name;
  const absl::Status status = tx.users().Insert(user, user->display_name);
  return status.ok() ? tx.messages().Insert(message) : status;
}

absl::Status Erase(WriteTransaction& tx, User user) {
  absl::Status status = tx.messages().DeleteOfUser(user->id, user->email_key);
  status.Update(user.Erase(kT0));
  status.Update(tx.users().Update(user));
  return status;
}

// The insertions and updates in random order balance the B-trees, which copies cells between pages.
TEST_CASE("the files contain no data of erased users once Write has returned, whatever pages held it") {
  constexpr std::uint32_t kUsers = 6000;
  constexpr std::size_t kBatch = 100;
  const TemporaryFolder folder;
  const std::unique_ptr<Store> store = MustOpen(folder.File("keelson.db"));
  std::mt19937 random(1);
  std::vector<std::uint32_t> numbers(kUsers);
  for (std::uint32_t i = 0; i < kUsers; ++i) numbers[i] = i;
  std::shuffle(numbers.begin(), numbers.end(), random);
  std::vector<User> users;
  for (std::size_t begin = 0; begin < numbers.size(); begin += kBatch) {
    REQUIRE_OK(Write(*store, [&](WriteTransaction& tx) {
      absl::Status status;
      for (std::size_t i = begin; i < begin + kBatch; ++i) {
        users.push_back(PlantedUser(WordOf(numbers[i])));
        status.Update(Plant(tx, users.back(), random() % 3000));
        status.Update(tx.users().Update(WithMoreLabels(users[random() % users.size()], random() % 20)));
      }
      return status;
    }));
  }
  std::shuffle(users.begin(), users.end(), random);
  const auto erased = static_cast<std::ptrdiff_t>(users.size() / 2);
  REQUIRE_OK(Write(*store, [&](WriteTransaction& tx) {
    absl::Status status;
    std::for_each(users.begin(), users.begin() + erased,
                  [&](const User& user) { status.Update(Erase(tx, user)); });
    return status;
  }));
  std::set<std::string> kept;
  std::for_each(users.begin() + erased, users.end(),
                [&](const User& user) { kept.insert(user->display_name); });
  CHECK((WordsIn(folder) == kept));
  CHECK(std::filesystem::file_size(folder.File("keelson.db-wal")) == 0);
  SQLite::Database database(folder.File("keelson.db"));
  CHECK(database.execAndGet("PRAGMA integrity_check").getString() == "ok");
}

// The first bytes of a pointer map page can look like a B-tree page. The second such page is page 822.
TEST_CASE("the VFS that zeros unused space keeps a database with auto_vacuum intact") {
  const TemporaryFolder folder;
  SQLite::Database database(folder.File("keelson.db"), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 0,
                            ScrubbingVfs());
  database.exec(
      "PRAGMA auto_vacuum = FULL; PRAGMA journal_mode = WAL; CREATE TABLE t (x);"
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
      "INSERT INTO t SELECT randomblob(1500) FROM n; PRAGMA wal_checkpoint(TRUNCATE)");
  REQUIRE(database.execAndGet("PRAGMA page_count").getInt() > 1000);
  CHECK(database.execAndGet("PRAGMA integrity_check").getString() == "ok");
}

TEST_CASE("an erasure empties the log although readers have read older snapshots") {
  const TemporaryFolder folder;
  const std::unique_ptr<Store> store = MustOpen(folder.File("keelson.db"));
  const User user = PlantedUser(WordOf(1));
  REQUIRE_OK(Write(*store, [&](WriteTransaction& tx) { return Plant(tx, user, 5000); }));
  InParallel(8, [&](int) {
    store->Read(Deadline::Never(), [&](ReadTransaction& tx) { return tx.users().Find(user->id).status(); })
        .IgnoreError();
  });
  REQUIRE_OK(Write(*store, [&](WriteTransaction& tx) { return Erase(tx, user); }));
  CHECK(WordsIn(folder).empty());
}

TEST_CASE("the files contain no notes of the refunds of an erased user") {
  const TemporaryFolder folder;
  const std::unique_ptr<Store> store = MustOpen(folder.File("keelson.db"));
  const User user = PlantedUser(WordOf(1));
  const Order order = SampleOrder(user->id);
  // The notes fill overflow pages.
  const Refund refund = With(SampleRefund(order), [&](RefundFields& f) {
    f.note = f.decision_note = f.override_note =
        user->display_name + std::string(5000, '.') + user->display_name;
  });
  REQUIRE_OK(Write(*store, [&](WriteTransaction& tx) {
    absl::Status status = Plant(tx, user, 0);
    status.Update(tx.orders().Insert(order));
    status.Update(tx.refunds().Insert(refund));
    return status;
  }));
  REQUIRE_OK(Write(*store, [&](WriteTransaction& tx) {
    absl::Status status = tx.refunds().EraseNotes(user->id, kT0);
    status.Update(Erase(tx, user));
    return status;
  }));
  CHECK(WordsIn(folder).empty());
}

}  // namespace
}  // namespace keelson
