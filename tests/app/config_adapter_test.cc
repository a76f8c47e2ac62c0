// Tests the configuration with three example adapters: a store, and the e-mail provider and the payment
// provider that the README describes. Only the adapters' descriptors define their configuration keys.
#include <catch2/catch.hpp>

#include "acme_email_provider.h"
#include "acme_payment_provider.h"
#include "adapters/support/descriptors/store_descriptor.h"
#include "adapters/system/system_clock.h"
#include "app/config/adapter_sections.h"
#include "app/config/print.h"
#include "tests/app/config_fixture.h"

namespace keelson {
namespace {

struct TapeSettings {
  std::string drive;
  int blocks = 8;
  absl::Duration timeout = absl::Seconds(5);
};

absl::Status CheckDrive(std::string_view drive) {
  if (drive.starts_with("/dev/")) return absl::OkStatus();
  return absl::InvalidArgumentError("must begin with /dev/");
}

absl::Status CheckTimeout(const TapeSettings& settings) {
  if (settings.timeout >= settings.blocks * absl::Seconds(0.5)) return absl::OkStatus();
  return absl::InvalidArgumentError("must not be shorter than 500ms for each of store.tape.blocks");
}

absl::StatusOr<std::unique_ptr<Store>> OpenTape(const TapeSettings& settings, bool /*migrate*/,
                                                Clock& /*clock*/) {
  return absl::UnavailableError(settings.drive);
}

StoreDescriptor DescribeTape() {
  return {.section = {.name = "tape",
                      .defaults = TapeSettings(),
                      .keys = {{.name = "drive",
                                .member = RefTo(&TapeSettings::drive),
                                .description = "the tape drive",
                                .required = true,
                                .check = &CheckDrive},
                               {.name = "blocks",
                                .member = RefTo(&TapeSettings::blocks),
                                .description = "blocks of one write",
                                .min = "1",
                                .max = "64"},
                               {.name = "timeout",
                                .member = RefTo(&TapeSettings::timeout),
                                .description = "timeout of one write"}},
                      .checks = {{.keys = {"timeout", "blocks"}, .check = WithSettings(&CheckTimeout)}}},
          .open = WithSettings(&OpenTape)};
}

AdapterTable WithExamples() {
  AdapterTable adapters = BuiltInAdapters();
  adapters.stores.push_back(DescribeTape());
  adapters.email_providers.push_back(DescribeAcme());
  adapters.payment_providers.push_back(DescribeAcmePayments());
  return adapters;
}

std::string ErrorsWithExamples(std::vector<std::string> settings) {
  const ConfigFixture fixture(WithExamples());
  return fixture.Errors(fixture.LoadSettings(std::move(settings)));
}

TEST_CASE("the configuration reference contains a descriptor's keys, and the keys can be set and shown") {
  const ConfigFixture fixture(WithExamples());
  const std::string reference = ConfigReference(fixture.schema());
  CHECK_THAT(reference, Catch::Contains("# database of the service: sqlite | postgres | memory | tape\n") &&
                            Catch::Contains("\n[store.tape]\n# the tape drive\ndrive = \"\"\n"
                                            "# blocks of one write (1 to 64)\nblocks = 8\n") &&
                            Catch::Contains("\n[email.acme]\n# the provider's API key\napi_key = \"\"\n"));
  const auto loaded = fixture.LoadSettings({"email.providers=['acme']", "email.acme.api_key=hunter2"});
  REQUIRE(fixture.Errors(loaded) == "");
  CHECK_THAT(ShowConfig(fixture.schema(), *loaded), Catch::Contains("api_key = \"(hidden)\"  # --set\n"));
  CHECK(fixture.Value(fixture.LoadSettings({"store.tape.blocks=2"})->config, "store.tape.blocks") == "2");
}

TEST_CASE("the keys of a descriptor are checked for type, bounds and format") {
  CHECK(ErrorsWithExamples({"store.tape.blocks=65"}) ==
        "--set: store.tape.blocks must be a whole number, from 1 to 64");
  CHECK(ErrorsWithExamples({"store.tape.block=1"}) ==
        "--set: store.tape.block is not a known key; did you mean store.tape.blocks?");
  CHECK(ErrorsWithExamples({"email.providers=['acme']"}) ==
        "--set: email.acme.api_key must not be empty when email.providers lists acme");
  CHECK(ErrorsWithExamples(
            {"email.providers=['acme']", "email.acme.api_key=k", "email.acme.base_url=nowhere"}) ==
        "--set: email.acme.base_url must be empty, or a URL such as https://api.example.com");
}

TEST_CASE(
    "a descriptor's check runs only if the adapter is selected and the keys that the check reads are valid") {
  CHECK(ErrorsWithExamples({"store.tape.drive=x", "store.tape.timeout=1s"}) == "");
  CHECK(ErrorsWithExamples({"store.adapter=tape"}) ==
        "--set: store.tape.drive must not be empty when store.adapter is tape");
  CHECK(ErrorsWithExamples({"store.adapter=tape", "store.tape.drive=x", "store.tape.timeout=1s"}) ==
        "--set: store.tape.drive must begin with /dev/\n"
        "--set: store.tape.timeout must not be shorter than 500ms for each of store.tape.blocks");
  CHECK(ErrorsWithExamples({"store.adapter=tape", "store.tape.drive=/dev/t", "store.tape.timeout=1s",
                            "store.tape.blocks=0"}) ==
        "--set: store.tape.blocks must be a whole number, from 1 to 64");
}

TEST_CASE("the keys of a payment provider are known, checked and hidden by its descriptor") {
  const ConfigFixture fixture(WithExamples());
  CHECK_THAT(ConfigReference(fixture.schema()),
             Catch::Contains("\n[payments.acme]\n# the provider's API key\napi_key = \"\"\n"));
  CHECK(ErrorsWithExamples({"payments.acme.api_kee=k"}) ==
        "--set: payments.acme.api_kee is not a known key; did you mean payments.acme.api_key?");
  const auto loaded = fixture.LoadSettings({"payments.acme.api_key=hunter2"});
  REQUIRE(fixture.Errors(loaded) == "");
  CHECK_THAT(ShowConfig(fixture.schema(), *loaded), !Catch::Contains("hunter2"));
  for (const PaymentProviderDescriptor& descriptor : WithExamples().payment_providers) {
    if (descriptor.section.name != "acme") continue;
    const auto provider = descriptor.create(SettingsOf(loaded->config, kPaymentsPort, descriptor.section));
    REQUIRE(provider.ok());
    CHECK((*provider)->name() == "acme");
  }
}

TEST_CASE("an adapter is created with the loaded settings, or with its defaults if none are loaded") {
  const StoreDescriptor tape = DescribeTape();
  const ConfigFixture fixture(WithExamples());
  const auto loaded = fixture.LoadSettings({"store.adapter=tape", "store.tape.drive=/dev/tape"});
  REQUIRE(fixture.Errors(loaded) == "");
  SystemClock clock;
  const auto open = [&](const Config& config) {
    const auto store = tape.open(SettingsOf(config, kStorePort, tape.section), /*migrate=*/true, clock);
    return std::string(store.status().message());
  };
  CHECK(open(loaded->config) == "/dev/tape");
  CHECK(open(Config()) == "");
}

}  // namespace
}  // namespace keelson
