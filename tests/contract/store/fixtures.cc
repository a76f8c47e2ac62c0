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
