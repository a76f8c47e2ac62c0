#pragma once

#include <string>

#include "absl/strings/str_join.h"
#include "core/common/error.h"
#include "core/common/strings.h"
#include "core/notifications/message_renderer.h"

namespace keelson {

// Renders the variables of a message as text. Every template exists except names that begin with "unknown".
// Thread-safe.
class FakeRenderer : public MessageRenderer {
 public:
  absl::StatusOr<RenderedMessage> Render(std::string_view template_name, std::string_view locale,
                                         const TemplateVariables& variables) const override {
    if (template_name.starts_with("unknown")) {
      return MakeError(Reason::kTemplateNotFound, "there is no such template");
    }
    const std::string text = prefix + absl::StrJoin(variables, "\n", absl::PairFormatter("="));
    return RenderedMessage{std::string(template_name), text, StrCat("<pre>", text, "</pre>"),
                           std::string(locale)};
  }
  absl::StatusOr<RenderedMessage> Preview(std::string_view template_name,
                                          std::string_view locale) const override {
    return Render(template_name, locale, {{"display_name", "Sample"}});
  }

  std::string prefix;
};

}  // namespace keelson
