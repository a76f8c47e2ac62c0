#include <catch2/catch.hpp>

#include "app/config/changes.h"
#include "app/config/print.h"
#include "tests/app/config_fixture.h"

namespace keelson {
namespace {

using States = std::set<OrderState>;

const Currency kEuro = *Currency::Parse("EUR");

RefundPolicy PolicyOf(const absl::StatusOr<LoadedConfig>& loaded) {
  INFO(loaded.status().ToString());
  REQUIRE(loaded.ok());
  return loaded->config.refunds;
}

TEST_CASE("by default, a reason has the terms of [refunds], except for the states of two reasons") {
  const RefundPolicy policy = PolicyOf(ConfigFixture().LoadSettings({}));
  const RefundTerms& general = policy;
  CHECK(general == RefundTerms());
  for (const RefundReason reason : kRefundReasons) {
    CAPTURE(RefundReasonName(reason));
    RefundTerms terms = policy.TermsFor(reason);
    if (reason == RefundReason::kNotReceived) {
      CHECK(terms.states == States{OrderState::kShipped, OrderState::kDelivered});
    } else if (reason == RefundReason::kOrderCancelled) {
      CHECK(terms.states == States{OrderState::kDelivered, OrderState::kCancelled});
    } else {
      CHECK(terms.states == general.states);
    }
    terms.states = general.states;
    CHECK(terms == general);
  }
  CHECK(policy.TermsFor(RefundReason::kUnspecified) == general);
}

TEST_CASE("the keys of a reason override the keys of [refunds], and keys that are not set inherit") {
  const RefundPolicy policy = PolicyOf(ConfigFixture().LoadFile(R"(
[refunds.reasons.fraudulent]
window = "8760h"
states = ["paid", "shipped"]
partial = true
max_per_order = 1
approval_above = { EUR = 0 }
[refunds.reasons.not_received]
window = "2160h"
[refunds]
window = "24h"
states = ["paid"]
partial = false
max_per_order = 3
approval_above = { EUR = 500 }
)"));
  const RefundTerms& fraudulent = policy.TermsFor(RefundReason::kFraudulent);
  CHECK(fraudulent.window == absl::Hours(8760));
  CHECK(fraudulent.states == States{OrderState::kPaid, OrderState::kShipped});
  CHECK(fraudulent.partial);
  CHECK(fraudulent.max_per_order == 1);
  CHECK(fraudulent.approval_above.at(kEuro) == 0);
  const RefundTerms& missing = policy.TermsFor(RefundReason::kNotReceived);
  CHECK(missing.window == absl::Hours(2160));
  CHECK(missing.states == States{OrderState::kShipped, OrderState::kDelivered});
  CHECK_FALSE(missing.partial);
  CHECK(missing.max_per_order == 3);
  CHECK(missing.approval_above.at(kEuro) == 500);
  const RefundTerms& general = policy;
  CHECK(policy.TermsFor(RefundReason::kOther) == general);
}

TEST_CASE("the environment and --set can set the keys of a reason, and an inherited key follows both") {
  const RefundPolicy policy = PolicyOf(ConfigFixture().Load(
      {.environment = {{"KEELSON_REFUNDS__REASONS__NOT_RECEIVED__STATES", "[\"paid\"]"},
                       {"KEELSON_REFUNDS__WINDOW", "48h"}},
       .settings = {"refunds.reasons.defective.approval_above={EUR=7}", "refunds.max_per_order=2"}}));
  CHECK(policy.TermsFor(RefundReason::kNotReceived).states == States{OrderState::kPaid});
  CHECK(policy.TermsFor(RefundReason::kNotReceived).window == absl::Hours(48));
  CHECK(policy.TermsFor(RefundReason::kDefective).approval_above.at(kEuro) == 7);
  CHECK(policy.TermsFor(RefundReason::kDefective).max_per_order == 2);
}

TEST_CASE("every error in the terms of a reason names its line, its key and the most similar key") {
  const ConfigFixture fixture;
  CHECK(fixture.Errors(fixture.LoadFile(R"([refunds.reasons.not_recieved]
window = "1h"
[refunds.reasons.NOT_RECEIVED]
[refunds.reasons.other]
windw = "1h"
states = ["lost"]
max_per_order = 0
[refunds.reason]
)")) == "test.toml:8: refunds.reason is not a known key; did you mean refunds.reasons?\n"
        "test.toml:3: refunds.reasons.NOT_RECEIVED is not a known key; did you mean "
        "refunds.reasons.not_received?\n"
        "test.toml:1: refunds.reasons.not_recieved is not a known key; did you mean "
        "refunds.reasons.not_received?\n"
        "test.toml:7: refunds.reasons.other.max_per_order must be a whole number, from 1 to 1000\n"
        "test.toml:6: refunds.reasons.other.states[0] must be one of: pending, paid, shipped, delivered, "
        "cancelled\n"
        "test.toml:5: refunds.reasons.other.windw is not a known key; did you mean "
        "refunds.reasons.other.window?");
}

TEST_CASE("config show prints the keys of a reason that do not inherit") {
  const ConfigFixture fixture;
  const auto loaded = fixture.LoadSettings({"refunds.reasons.duplicate.window=1h", "refunds.window=2h"});
  REQUIRE(loaded.ok());
  const std::string shown = ShowConfig(fixture.schema(), *loaded);
  const std::size_t begin = shown.find("[refunds]");
  CHECK(shown.substr(begin, shown.find("[telemetry]") - begin) == R"([refunds]
window = "2h"  # --set
states = ["delivered"]  # default
partial = true  # default
max_per_order = 10  # default
approval_above = {}  # default

[refunds.reasons.duplicate]
window = "1h"  # --set

[refunds.reasons.not_received]
states = ["shipped", "delivered"]  # default

[refunds.reasons.order_cancelled]
states = ["delivered", "cancelled"]  # default

)");
}

TEST_CASE("the configuration reference names every reason") {
  const Schema schema(BuiltInAdapters());
  const std::string reference = ConfigReference(schema);
  for (const Key& key : schema.keys()) {
    if (key.inherits.empty()) continue;
    const std::string_view section = key.section();
    const std::string reason(section.substr(section.rfind('.') + 1));
    CAPTURE(reason);
    CHECK(reference.find(reason) != std::string::npos);
  }
}

TEST_CASE("a change of [refunds] reaches the reasons that inherit, and is listed once") {
  const ConfigFixture fixture;
  const Config before = fixture.LoadSettings({"refunds.reasons.other.window=1h"})->config;
  const Config after =
      fixture.LoadSettings({"refunds.window=9h", "refunds.reasons.other.max_per_order=4"})->config;
  const ConfigChanges changes = CompareConfigs(fixture.schema(), before, after);
  CHECK(changes.reloaded == std::vector<std::string>{"refunds.window", "refunds.reasons.other.window",
                                                     "refunds.reasons.other.max_per_order"});
  CHECK(changes.after_restart.empty());
  CHECK(changes.config.refunds == after.refunds);
  CHECK(changes.config.refunds.TermsFor(RefundReason::kDuplicate).window == absl::Hours(9));
}

}  // namespace
}  // namespace keelson
