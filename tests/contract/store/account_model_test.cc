#include "tests/core/sessions/account_model.h"

#include "tests/contract/store/fixtures.h"
#include "tests/support/seed.h"

namespace keelson {
namespace {

STORE_TEST("random calls of accounts and sessions agree with a simple model") {
  const Seed seed(7);
  CHECK(RunAccountModel(fixture.store(), seed.value(), 800) > 0);
}

}  // namespace
}  // namespace keelson
