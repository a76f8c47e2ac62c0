#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "adapters/email/templates/amount_formatter.h"
#include "adapters/email/templates/template_compiler.h"
#include "core/common/log.h"
#include "core/notifications/message_renderer.h"

namespace keelson {

// FAILED_PRECONDITION if the value is invalid. The error message starts with a verb ("must …").
absl::Status CheckLinkBase(std::string_view base);
absl::Status CheckProductName(std::string_view name);

struct TemplateOptions {
  // Base URL of the links in messages: scheme, host and an optional path.
  std::string link_base = "http://localhost:3000";
  // Product name in messages.
  std::string product = "Keelson";
  // Directory whose files "<locale>/<name>.{subject,txt,html}" override the built-in files or add a locale;
  // empty: none. Read once, at the start.
  std::string directory{};
  // Receives a warning if amounts cannot be formatted; may be null. Must outlive the renderer.
  Log* log = nullptr;
};

// Renders messages from Mustache templates. Templates for en, de, es and fr are built in. Values are escaped
// in HTML; in a subject, line breaks become spaces. The core provides a message's variables. The renderer
// adds `product`, `language`, `direction` ("ltr" or "rtl"), `link` (for messages with a token), and
// `many_hours` or `one_hour` (for messages with expire_hours). It formats `amount` for the reader's
// region if the reader's language has a template, otherwise for the template's language, and masks
// `new_email`. A Mustache section treats an empty value as false. "{{>name}}" includes "<locale>/name" or
// "name" with the same extension. Thread-safe.
class TemplateRenderer final : public MessageRenderer {
 public:
  // INVALID_ARGUMENT with one line per error: an invalid option; a template that does not parse, uses an
  // unknown variable, renders to an empty text or does not contain its link; a file that no template uses.
  // The error for a template or a file begins with the path of the file.
  static absl::StatusOr<std::unique_ptr<TemplateRenderer>> Create(const TemplateOptions& options);

  absl::StatusOr<RenderedMessage> Render(std::string_view template_name, std::string_view locale,
                                         const TemplateVariables& variables) const override;
  absl::StatusOr<RenderedMessage> Preview(std::string_view template_name,
                                          std::string_view locale) const override;

 private:
  struct Entry {
    const MessageSpec* spec = nullptr;
    // Keyed by the locale in lower case.
    std::map<std::string, MessageTemplate> templates;
  };
  using Catalogue = std::map<std::string, Entry, std::less<>>;

  absl::StatusOr<const Entry*> Find(std::string_view template_name) const;
  absl::StatusOr<RenderedMessage> Render(const Entry& entry, std::string_view locale,
                                         const TemplateVariables& variables) const;

  TemplateRenderer(VariableCompletion complete, Catalogue catalogue, Log* log)
      : complete_(std::move(complete)), catalogue_(std::move(catalogue)), amounts_(log) {}

  const VariableCompletion complete_;
  const Catalogue catalogue_;
  const AmountFormatter amounts_;
};

}  // namespace keelson
