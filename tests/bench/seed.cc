#include "tests/bench/seed.h"

#include <algorithm>
#include <functional>
#include <random>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "adapters/store/sqlite/sqlite_store.h"
#include "adapters/system/system_clock.h"
#include "core/accounts/user.h"
#include "core/common/id.h"
#include "core/orders/order.h"
#include "tests/bench/raw_connection.h"

namespace keelson {
namespace {

constexpr int kPerTransaction = 500;
// The password hash of all users, who never sign in.
constexpr char kPasswordHash[] =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";
constexpr std::int64_t kPrice = 100'000;

class Seeder {
 public:
  explicit Seeder(const SeedSize& size) : size_(size) {}

  absl::StatusOr<Seed> Run(Store& store) {
    absl::Status status = InTransactions(
        store, size_.users, [this](WriteTransaction& tx, int number) { return AddUser(tx, number); });
    if (!status.ok()) return status;
    status = InTransactions(store, size_.orders,
                            [this](WriteTransaction& tx, int number) { return AddOrder(tx, number); });
    if (!status.ok()) return status;
    Seed seed{UserIds(size_.users), {}};
    for (int number = 0; number < size_.orders; ++number) {
      seed.order_ids.push_back(OrderId(NumberedUuid(kFirstOrder + number)).ToString());
    }
    return seed;
  }

 private:
  using Add = std::function<absl::Status(WriteTransaction&, int)>;

  static absl::Status InTransactions(Store& store, int count, const Add& add) {
    for (int first = 0; first < count; first += kPerTransaction) {
      absl::Status status = store.Write(Deadline::Never(), [&](WriteTransaction& tx) {
        absl::Status added;
        for (int i = first; i < std::min(count, first + kPerTransaction); ++i) added.Update(add(tx, i));
        return added;
      });
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status AddUser(WriteTransaction& tx, int number) {
    absl::StatusOr<EmailAddress> email =
        EmailAddress::Parse(absl::StrCat("somebody.", absl::Dec(number, absl::kZeroPad5), "@example.com"));
    if (!email.ok()) return email.status();
    User user = User::Register(UserId(NumberedUuid(kFirstUser + number)), *email, "Somebody Or Other", "en",
                               {{"plan", "pro"}, {"source", "bench"}}, clock_.Now());
    if (absl::Status status = user.VerifyEmail(clock_.Now()); !status.ok()) return status;
    return tx.users().Insert(user, kPasswordHash);
  }

  absl::Status AddOrder(WriteTransaction& tx, int number) {
    OrderLine line{.sku = "SKU-1", .title = "A thing that was sold", .quantity = 1, .unit_price = kPrice};
    const absl::Time now = clock_.Now();
    Order order = Order::Create(OrderId(NumberedUuid(kFirstOrder + number)),
                                UserId(NumberedUuid(kFirstUser + number % size_.users)),
                                *Currency::Parse("EUR"), {line}, 0, absl::StrCat("R-", number), {}, now);
    absl::Status status = order.Pay("recorded", absl::StrCat("payment-", number), now);
    status.Update(order.Ship(now));
    status.Update(order.Deliver(now));
    if (!status.ok()) return status;
    return tx.orders().Insert(order);
  }

  const SeedSize size_;
  SystemClock clock_;
};

}  // namespace

Uuid NumberedUuid(std::int64_t digits) {
  Uuid uuid{0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80};
  for (std::size_t i = uuid.size() - 1; digits > 0; --i) {
    uuid[i] = static_cast<std::uint8_t>(digits / 10 % 10 << 4 | digits % 10);
    digits /= 100;
  }
  return uuid;
}

std::vector<std::string> UserIds(int count) {
  std::vector<std::string> ids;
  for (int number = 0; number < count; ++number) {
    ids.push_back(UserId(NumberedUuid(kFirstUser + number)).ToString());
  }
  std::shuffle(ids.begin(), ids.end(), std::minstd_rand());
  return ids;
}

absl::StatusOr<Seed> FillStore(Store& store, const SeedSize& size) {
  return Seeder(size).Run(store);
}

absl::StatusOr<Seed> MakeDatabase(const std::filesystem::path& path, const SeedSize& size) {
  SystemClock clock;
  absl::StatusOr<std::unique_ptr<Store>> store = SqliteStore::Open({.path = path}, clock);
  if (!store.ok()) return store.status();
  absl::StatusOr<Seed> seed = FillStore(**store, size);
  store->reset();
  // Closing the last writable connection checkpoints the WAL, so that the database file can be copied alone.
  RawConnection last(path, {});
  last.Begin();
  last.Commit();
  if (!last.status().ok()) return last.status();
  return seed;
}

}  // namespace keelson
