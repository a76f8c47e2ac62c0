// A separate program, because ICU remains loaded after the first amount.
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/match.h"
#include "adapters/email/templates/template_renderer.h"

namespace keelson {
namespace {

bool IsIcuLoaded() {
  std::ifstream maps("/proc/self/maps");
  return absl::StrContains(std::string(std::istreambuf_iterator<char>(maps), {}), "libicu");
}

}  // namespace

TEST_CASE("ICU is loaded when the first amount is rendered, not at start or for other messages") {
  const auto renderer = TemplateRenderer::Create({}).value();
  CHECK_FALSE(IsIcuLoaded());
  REQUIRE(renderer->Preview("welcome", "de-CH").ok());
  REQUIRE(renderer->Render("order_cancelled", "de", {{"display_name", ""}, {"order", "A-1"}, {"amount", ""}})
              .ok());
  CHECK_FALSE(IsIcuLoaded());
  REQUIRE(renderer->Preview("refund_succeeded", "de-CH").ok());
  CHECK(IsIcuLoaded());
}

}  // namespace keelson
