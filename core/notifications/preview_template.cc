#include "core/notifications/preview_template.h"

#include "core/common/locale.h"

namespace keelson {

absl::StatusOr<RenderedMessage> PreviewTemplate::Handle(std::string_view template_name,
                                                        std::string_view locale) const {
  if (locale.empty()) locale = kDefaultLocale;
  FieldErrors errors;
  CheckLocale("locale", locale, errors);
  if (!errors.empty()) return errors.ToStatus();
  return renderer_.Preview(template_name, locale);
}

}  // namespace keelson
