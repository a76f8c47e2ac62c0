#include "core/notifications/preview_template.h"

#include <catch2/catch.hpp>

#include "tests/support/fake_renderer.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

TEST_CASE("A preview is in the requested locale, or in English if the request has no locale") {
  const FakeRenderer renderer;
  const PreviewTemplate preview(renderer);
  CHECK(Must(preview.Handle("welcome", "de")) == Must(renderer.Preview("welcome", "de")));
  CHECK(Must(preview.Handle("welcome", "")) == Must(renderer.Preview("welcome", "en")));
  CHECK_FALSE(Must(preview.Handle("welcome", "")) == Must(preview.Handle("welcome", "de")));
}

TEST_CASE("A preview rejects an invalid locale and an unknown template") {
  const FakeRenderer renderer;
  const PreviewTemplate preview(renderer);
  CHECK(BadFields(preview.Handle("welcome", "not a locale")) == Fields{"locale"});
  CHECK(ReasonOf(preview.Handle("unknown", "en")) == "TEMPLATE_NOT_FOUND");
}

}  // namespace
}  // namespace keelson
