#pragma once

#include <memory>
#include <string>

#include "adapters/email/templates/template_part.h"

namespace keelson {

// A message's compiled templates in one language.
struct MessageTemplate {
  // BCP 47 language tag.
  std::string language;
  std::unique_ptr<TemplatePart> subject;
  std::unique_ptr<TemplatePart> text;
  std::unique_ptr<TemplatePart> html;
};

}  // namespace keelson
