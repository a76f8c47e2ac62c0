#include "tests/bench/seed.h"

#include <algorithm>
#include <functional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "adapters/sqlite/sqlite_store.h"
#include "adapters/system/system_clock.h"
#include "adapters/system/system_entropy.h"
#include "core/accounts/user.h"
#include "core/common/id.h"
#include "core/common/store.h"
#include "core/orders/order.h"
#include "tests/bench/raw_connection.h"

namespace keelson {
namespace {

constexpr int kPerTransaction = 500;
// Of somebody who never signs in.
constexpr char kPasswordHash[] =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";
constexpr std::int64_t kPrice = 100'000;

class Seeder {
 public:
  absl::StatusOr<Seed> Run(Store& store) {
    absl::Status status = InTransactions(
        store, Seed::kUsers, [this](WriteTransaction& tx, int number) { return AddUser(tx, number); });
    if (!status.ok()) return status;
    status = InTransactions(store, Seed::kOrders,
                            [this](WriteTransaction& tx, int number) { return AddOrder(tx, number); });
    if (!status.ok()) return status;
    return std::move(seed_);
  }

 private:
  using Add = std::function<absl::Status(WriteTransaction&, int)>;

  static absl::Status InTransactions(Store& store, int count, const Add& add) {
    for (int first = 0; first < count; first += kPerTransaction) {
      absl::Status status = store.Write(absl::InfiniteFuture(), [&](WriteTransaction& tx) {
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
    User user = User::Register(ids_.Next<UserKind>(), *email, "Somebody Or Other", "en",
                               {{"plan", "pro"}, {"source", "bench"}}, clock_.Now());
    if (absl::Status status = user.VerifyEmail(clock_.Now()); !status.ok()) return status;
    seed_.user_ids.push_back(user->id.ToString());
    users_.push_back(user->id);
    return tx.users().Insert(user, kPasswordHash);
  }

  absl::Status AddOrder(WriteTransaction& tx, int number) {
    OrderLine line{.sku = "SKU-1", .title = "A thing that was sold", .quantity = 1, .unit_price = kPrice};
    const absl::Time now = clock_.Now();
    Order order =
        Order::Create(ids_.Next<OrderKind>(), users_[static_cast<std::size_t>(number) % users_.size()],
                      *Currency::Parse("EUR"), {line}, 0, absl::StrCat("R-", number), {}, now);
    absl::Status status = order.Pay("recorded", absl::StrCat("payment-", number), now);
    status.Update(order.Ship(now));
    status.Update(order.Deliver(now));
    if (!status.ok()) return status;
    seed_.order_ids.push_back(order->id.ToString());
    return tx.orders().Insert(order);
  }

  SystemClock clock_;
  SystemEntropy entropy_;
  IdGenerator ids_{clock_, entropy_};
  std::vector<UserId> users_;
  Seed seed_;
};

}  // namespace

absl::StatusOr<Seed> MakeDatabase(const std::filesystem::path& path) {
  SystemClock clock;
  absl::StatusOr<std::unique_ptr<Store>> store = SqliteStore::Open({.path = path}, clock);
  if (!store.ok()) return store.status();
  absl::StatusOr<Seed> seed = Seeder().Run(**store);
  store->reset();
  // The last connection that can write leaves one file, which can be copied.
  RawConnection last(path, {});
  last.Begin();
  last.Commit();
  if (!last.status().ok()) return last.status();
  return seed;
}

}  // namespace keelson
