#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/email/templates/message_spec.h"
#include "adapters/email/templates/message_template.h"
#include "adapters/email/templates/template_files.h"

namespace keelson {

// What a message's own variables are completed with for its templates.
class VariableCompletion {
 public:
  // `link_base` without a slash at its end.
  VariableCompletion(std::string link_base, std::string product)
      : link_base_(std::move(link_base)), product_(std::move(product)) {}

  TemplateVariables operator()(const MessageSpec& spec, const std::string& language,
                               TemplateVariables variables) const;

 private:
  std::string link_base_;
  std::string product_;
};

// The template of `spec` in `locale` (in lower case), proved by rendering it with samples; nothing where the
// files have none of its parts. What is wrong is added to `mistakes`, each with its file.
std::optional<MessageTemplate> CompileTemplate(const MessageSpec& spec, const std::string& locale,
                                               const VariableCompletion& complete, TemplateFiles& files,
                                               std::vector<std::string>& mistakes);

}  // namespace keelson
