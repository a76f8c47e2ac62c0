// A contract suite: test cases that the test program of every adapter links and runs over its own fixtures.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

namespace keelson {

// A named function that creates a fixture of an adapter. The name is a section of every test case of the
// suite.
template <typename Fixture>
struct FixtureVariant {
  std::string name;
  std::unique_ptr<Fixture> (*make)();
};

template <typename Base, typename Fixture>
FixtureVariant<Base> Variant(std::string name) {
  return {std::move(name), []() -> std::unique_ptr<Base> { return std::make_unique<Fixture>(); }};
}

template <typename Fixture>
void OnEachVariant(const std::vector<FixtureVariant<Fixture>>& variants, void (*test)(Fixture&)) {
  const FixtureVariant<Fixture> variant = GENERATE_REF(from_range(variants));
  DYNAMIC_SECTION(variant.name) {
    test(*variant.make());
  }
}

// A test case over the fixtures that the function `variants` returns; `fixture` is the parameter of its body.
#define CONTRACT_TEST(Fixture, variants, name, tags) \
  CONTRACT_TEST_BODY(Fixture, variants, name, tags, INTERNAL_CATCH_UNIQUE_NAME(ContractTest))
#define CONTRACT_TEST_BODY(Fixture, variants, name, tags, body) \
  static void body(Fixture& fixture);                           \
  TEST_CASE(name, tags) {                                       \
    OnEachVariant<Fixture>(variants(), body);                   \
  }                                                             \
  static void body(Fixture& fixture)

}  // namespace keelson
