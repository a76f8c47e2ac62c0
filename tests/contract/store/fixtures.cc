#include "tests/contract/store/fixtures.h"

#include <cstdlib>

#include "core/accounts/user_repository.h"
#include "core/orders/order_repository.h"
#include "core/store/store.h"

namespace keelson {

TemporaryFolder::TemporaryFolder() {
  std::string pattern = std::filesystem::temp_directory_path() / "keelson-store-XXXXXX";
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

SqliteFixture::SqliteFixture(std::size_t group_commit) {
  SqliteOptions options;
  options.path = folder_.File("keelson.db");
  options.group_commit = group_commit;
  absl::StatusOr<std::unique_ptr<Store>> store = SqliteStore::Open(options, clock_);
  REQUIRE_OK(store.status());
  store_ = *std::move(store);
}

void PostgresFixture::Open(const PostgresOptions& options) {
  absl::StatusOr<std::unique_ptr<Store>> store = PostgresStore::Open(options, clock_);
  REQUIRE_OK(store.status());
  store_ = *std::move(store);
}

User StoredUser(Store& store, const std::string& email_key) {
  User user = SampleUser(email_key);
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.users().Insert(user, "$argon2id$hash"); }));
  return user;
}

Order StoredOrder(Store& store, const std::string& email_key) {
  Order order = SampleOrder(StoredUser(store, email_key)->id);
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.orders().Insert(order); }));
  return order;
}

}  // namespace keelson
