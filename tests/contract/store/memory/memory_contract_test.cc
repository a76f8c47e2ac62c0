#include "adapters/store/memory/memory_store.h"
#include "tests/contract/store/fixtures.h"

namespace keelson {
namespace {

class MemoryFixture : public StoreFixture {
 public:
  Store& store() override { return store_; }
  bool one_writer() const override { return true; }

 private:
  RealClock clock_;
  MemoryStore store_;
};

}  // namespace

std::vector<FixtureVariant<StoreFixture>> StoreVariants() {
  return {Variant<StoreFixture, MemoryFixture>("memory")};
}

}  // namespace keelson
