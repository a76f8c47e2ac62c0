#include "app/config/email_checks.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_split.h"
#include "adapters/email/mime/envelope.h"
#include "adapters/email/templates/template_renderer.h"
#include "app/config/adapter_sections.h"
#include "app/config/config_errors.h"
#include "app/config/product_name.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

ConfigErrors FromIsSender(const Config& config) {
  return Require(ReadSender(config.email.from).status());
}

// Returns the errors that the selected providers report for email.from. An error that several providers
// report is listed once.
ConfigErrors FindSenderErrors(const std::vector<EmailProviderDescriptor>& providers, const Config& config) {
  const absl::StatusOr<Mailbox> from = ReadSender(config.email.from);
  if (!from.ok()) return {};
  ConfigErrors errors;
  for (const EmailProviderDescriptor& provider : providers) {
    if (!kEmailPort.chooses(config, provider.section.name)) continue;
    for (const auto& check : provider.sender_checks) {
      for (const std::string& error : Require(check(*from))) {
        if (std::ranges::count(errors, error) == 0) errors.push_back(error);
      }
    }
  }
  return errors;
}

ConfigErrors ProductNameForm(const Config& config) {
  // If email.from is invalid and email.product_name is empty, there is no product name to check.
  const std::string name = ProductName(config.email);
  return name.empty() ? ConfigErrors() : Require(CheckProductName(name));
}

// Returns one error for each invalid file in the directory email.templates.
ConfigErrors TemplatesCompile(const Config& config) {
  if (config.email.templates.empty()) return {};
  const auto renderer = TemplateRenderer::Create({.directory = config.email.templates});
  if (renderer.ok()) return {};
  return absl::StrSplit(renderer.status().message(), '\n');
}

ConfigErrors LinkBaseForm(const Config& config) {
  const std::string& base = config.email.link_base;
  if (!(base.starts_with("http://") || base.starts_with("https://")) || base.ends_with('/')) {
    return {"must begin with http:// or https:// and not end with a slash"};
  }
  return Require(CheckLinkBase(base));
}

ConfigErrors LeaseOutlastsTimeout(const Config& config) {
  return Require(config.email.dispatch.lease > config.email.dispatch.timeout,
                 "must be longer than email.dispatch.timeout");
}

ConfigErrors DelaysAreOrdered(const Config& config) {
  return Require(config.email.dispatch.max_delay >= config.email.dispatch.base_delay,
                 "must not be shorter than email.dispatch.base_delay");
}

const CircuitPolicy& CircuitOfEmail(const Config& config) {
  return config.email.circuit;
}

}  // namespace

std::vector<ConfigCheck> EmailChecks(const std::vector<EmailProviderDescriptor>& providers) {
  return {
      {{"email.from"}, &FromIsSender},
      {{"email.from", "email.providers"},
       [providers](const Config& config) { return FindSenderErrors(providers, config); }},
      {{"email.product_name", "email.from"}, &ProductNameForm},
      {{"email.templates"}, &TemplatesCompile},
      {{"email.link_base"}, &LinkBaseForm},
  };
}

std::vector<ConfigCheck> EmailSendingChecks() {
  std::vector<ConfigCheck> checks = {
      {{"email.dispatch.lease", "email.dispatch.timeout"}, &LeaseOutlastsTimeout},
      {{"email.dispatch.max_delay", "email.dispatch.base_delay"}, &DelaysAreOrdered},
  };
  std::ranges::move(CircuitChecks("email.circuit", &CircuitOfEmail), std::back_inserter(checks));
  return checks;
}

}  // namespace keelson
