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
#include "core/common/sha256.h"
#include "core/orders/order.h"
#include "core/sessions/session.h"
#include "core/sessions/session_policy.h"
#include "tests/bench/raw_connection.h"

namespace keelson {
namespace {

constexpr int kPerTransaction = 500;
// The hash of kUserPassword with the service's default parameters.
constexpr char kPasswordHash[] =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$UUFtUGS6S9DvnfF1Yp2QFyzsl00BRMrbioOh6kLlpj0";
// The service records the last use of a session at most once in this time. Last uses that are spread over
// this time before the start make the service record as many uses per second as in production.
const absl::Duration kUsePrecision = SessionPolicy().use_precision();
constexpr absl::Duration kSessionLifetime = absl::Hours(24);
constexpr std::int64_t kPrice = 100'000;

class Seeder {
 public:
  explicit Seeder(const SeedSize& size) : size_(size) {}

  absl::StatusOr<Seed> Run(Store& store) {
    absl::Status status = InTransactions(
        store, size_.users, [this](WriteTransaction& tx, int number) { return AddUser(tx, number); });
    if (!status.ok()) return status;
    status = InTransactions(store, size_.sessions,
                            [this](WriteTransaction& tx, int number) { return AddSession(tx, number); });
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
    absl::StatusOr<EmailAddress> email = EmailAddress::Parse(UserEmail(number));
    if (!email.ok()) return email.status();
    User user = User::Register(UserId(NumberedUuid(kFirstUser + number)), *email, "Somebody Or Other", "en",
                               {{"plan", "pro"}, {"source", "bench"}}, clock_.Now());
    if (absl::Status status = user.VerifyEmail(clock_.Now()); !status.ok()) return status;
    return tx.users().Insert(user, kPasswordHash);
  }

  absl::Status AddSession(WriteTransaction& tx, int number) {
    const absl::Time now = clock_.Now();
    SessionFields fields;
    fields.id = SessionId(NumberedUuid(kFirstSession + number));
    fields.user_id = UserId(NumberedUuid(kFirstUser + number % size_.users));
    fields.user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0";
    fields.ip_address = "203.0.113.7";
    fields.create_time = fields.rotate_time = now - kUsePrecision;
    fields.last_use_time = now - kUsePrecision * (static_cast<double>(number) / size_.sessions);
    fields.access_expire_time = fields.expire_time = now + kSessionLifetime;
    fields.access_digest = Sha256(AccessToken(number));
    fields.refresh_key = Sha256(absl::StrCat("key ", number));
    fields.email_verified = true;
    return tx.sessions().Insert(Session(std::move(fields)));
  }

  absl::Status AddOrder(WriteTransaction& tx, int number) {
    OrderLine line{.sku = "SKU-1", .title = "A thing that was sold", .quantity = 1, .unit_price = kPrice};
    const absl::Time now = clock_.Now();
    Order order = Order::Create(OrderId(NumberedUuid(kFirstOrder + number)),
                                UserId(NumberedUuid(kFirstUser + number % size_.users)),
                                *Currency::Parse("EUR"), {line}, 0, absl::StrCat("R-", number), {}, now);
    absl::Status status = order.Pay("recorded", absl::StrCat("payment-", number), order->total, now);
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

std::string UserEmail(int number) {
  return absl::StrCat("somebody.", absl::Dec(number, absl::kZeroPad5), "@example.com");
}

std::string AccessToken(int number) {
  return absl::StrCat(kAccessTokenPrefix, kFirstSession + number);
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
