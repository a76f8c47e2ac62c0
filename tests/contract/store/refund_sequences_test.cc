#include "tests/core/refunds/refund_sequences.h"

#include "tests/contract/store/fixtures.h"
#include "tests/support/seed.h"

namespace keelson {
namespace {

STORE_TEST("the invariants of refunds hold after each call of random sequences") {
  const Seed seed(1);
  RunRefundSequences(fixture.store(), seed.value(), 25, 25);
}

}  // namespace
}  // namespace keelson
