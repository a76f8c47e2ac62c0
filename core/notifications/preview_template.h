#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "core/notifications/message_renderer.h"

namespace keelson {

// Renders a template with sample data. Thread-safe; does not block.
class PreviewTemplate {
 public:
  explicit PreviewTemplate(const MessageRenderer& renderer) : renderer_(renderer) {}
  // An empty `locale` means the default locale. Errors: FIELD_INVALID, TEMPLATE_NOT_FOUND.
  absl::StatusOr<RenderedMessage> Handle(std::string_view template_name, std::string_view locale) const;

 private:
  const MessageRenderer& renderer_;
};

}  // namespace keelson
