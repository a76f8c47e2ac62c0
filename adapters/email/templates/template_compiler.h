#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/email/templates/message_spec.h"
#include "adapters/email/templates/message_template.h"
#include "adapters/email/templates/template_files.h"

namespace keelson {

// Adds the common variables, which every template can use, to the variables of one message. The comment of
// TemplateRenderer lists the common variables.
class VariableCompletion {
 public:
  // `link_base` must not end with a slash.
  VariableCompletion(std::string link_base, std::string product)
      : link_base_(std::move(link_base)), product_(std::move(product)) {}

  TemplateVariables operator()(const MessageSpec& spec, const std::string& language,
                               TemplateVariables variables) const;

 private:
  std::string link_base_;
  std::string product_;
};

// Compiles the template of `spec` in `locale` (lower case), and tests it with sample variables. Returns
// nullopt if the files contain no part of the template. Appends each error to `errors`, with its file and
// line; parts with errors may be null in the result.
std::optional<MessageTemplate> CompileTemplate(const MessageSpec& spec, const std::string& locale,
                                               const VariableCompletion& complete, TemplateFiles& files,
                                               std::vector<std::string>& errors);

}  // namespace keelson
