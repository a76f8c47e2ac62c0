#include "adapters/email/templates/sample_variables.h"

#include <string>

namespace keelson {

TemplateVariables SampleVariables(const MessageSpec& spec) {
  static const auto* const kSamples = new TemplateVariables{
      {"token", std::string(kSampleToken)},
      {"expire_hours", "24"},
      {"order", "A-10017"},
      {"amount", "49.90 EUR"},
      {"new_email", "ada@example.org"},
      {"provider", "smtp"},
      {"time", "2026-01-31 12:00 UTC"},
  };
  TemplateVariables variables = {{"display_name", "Ada Lovelace"}};
  for (const std::string_view name : spec.variables) {
    variables.emplace(name, kSamples->at(std::string(name)));
  }
  return variables;
}

}  // namespace keelson
