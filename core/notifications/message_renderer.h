#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "core/notifications/message.h"

namespace keelson {

// Port: renders templates. Thread-safe. The first calls may block on files; later calls do not block. The
// same input gives the same output.
class MessageRenderer {
 public:
  virtual ~MessageRenderer() = default;
  // If the template does not exist in `locale`, renders it in the next locale of the locale chain: pt-BR, pt,
  // en. NOT_FOUND (TEMPLATE_NOT_FOUND) for an unknown template; INVALID_ARGUMENT if a variable of the
  // template is missing.
  virtual absl::StatusOr<RenderedMessage> Render(std::string_view template_name, std::string_view locale,
                                                 const TemplateVariables& variables) const = 0;
  // Renders the template with sample data; its links do not work. NOT_FOUND (TEMPLATE_NOT_FOUND) for an
  // unknown template.
  virtual absl::StatusOr<RenderedMessage> Preview(std::string_view template_name,
                                                  std::string_view locale) const = 0;
};

}  // namespace keelson
