#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "adapters/email/templates/template_compiler.h"
#include "core/notifications/message_renderer.h"

namespace keelson {

// Each is OK, or FAILED_PRECONDITION with the rule that the value breaks, as a predicate.
absl::Status CheckLinkBase(std::string_view base);
absl::Status CheckProductName(std::string_view name);

struct TemplateOptions {
  // Scheme and host, and a path where need be: what the links in messages begin with.
  std::string link_base = "http://localhost:3000";
  // The name under which the service writes to people.
  std::string product = "Keelson";
  // A folder whose "<locale>/<name>.{subject,txt,html}" replace the built-in texts file by file, or add a
  // locale; empty: none. Read once, at the start.
  std::string directory{};
};

// Renders Mustache templates: built in for en, de, es and fr. Values are escaped in HTML, and in a subject
// they lose their line breaks. A message's own variables come from the core; `product`, `language`,
// `direction` ("ltr" or "rtl"), `link` (of a template that has a token), `many_hours` and `one_hour` (one of
// them set, of a template that has expire_hours) are added to them; `amount` is written as the language
// writes money, and `new_email` is masked. An empty
// variable counts as false in a section. "{{>name}}" includes "<locale>/name" or "name" of the same kind.
class TemplateRenderer final : public MessageRenderer {
 public:
  // INVALID_ARGUMENT naming every mistake, those of a template with its file: one that does not parse, uses a
  // variable that its message does not have, renders to nothing, leaves out its link, or a file that is no
  // template's.
  static absl::StatusOr<std::unique_ptr<TemplateRenderer>> Create(const TemplateOptions& options);

  absl::StatusOr<RenderedMessage> Render(std::string_view template_name, std::string_view locale,
                                         const TemplateVariables& variables) const override;
  absl::StatusOr<RenderedMessage> Preview(std::string_view template_name,
                                          std::string_view locale) const override;

 private:
  struct Entry {
    const MessageSpec* spec = nullptr;
    // By locale in lower case.
    std::map<std::string, MessageTemplate> templates;
  };
  using Catalogue = std::map<std::string, Entry, std::less<>>;

  absl::StatusOr<const Entry*> Find(std::string_view template_name) const;
  absl::StatusOr<RenderedMessage> Render(const Entry& entry, std::string_view locale,
                                         const TemplateVariables& variables) const;

  TemplateRenderer(VariableCompletion complete, Catalogue catalogue)
      : complete_(std::move(complete)), catalogue_(std::move(catalogue)) {}

  const VariableCompletion complete_;
  const Catalogue catalogue_;
};

}  // namespace keelson
