#include "adapters/email/templates/template_renderer.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/str_join.h"
#include "adapters/email/templates/locale_chain.h"
#include "adapters/email/templates/sample_variables.h"
#include "adapters/email/templates/template_files.h"
#include "core/common/error.h"
#include "core/common/strings.h"
#include "core/common/text.h"

namespace keelson {
namespace {

constexpr std::size_t kMaxProductName = 200;

// Returns the URL without http:// or https://; empty for another scheme.
std::string_view WithoutScheme(std::string_view url) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (url.starts_with(scheme)) return url.substr(scheme.size());
  }
  return "";
}

void Require(std::string_view subject, const absl::Status& status, std::vector<std::string>& errors) {
  if (!status.ok()) errors.push_back(StrCat(subject, " ", status.message()));
}

std::string WithoutSlash(std::string base) {
  while (base.ends_with('/')) base.pop_back();
  return base;
}

}  // namespace

absl::Status CheckLinkBase(std::string_view base) {
  const std::string_view rest = WithoutScheme(base);
  const bool has_host = rest.find_first_of("/:") != 0 && !rest.empty();
  if (has_host && IsValidUtf8(base) && !HasControlCharacters(base) &&
      base.find_first_of(" \"<>?#") == std::string_view::npos) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      "must be a URL such as https://example.com, without query, fragment, spaces and \"<>");
}

absl::Status CheckProductName(std::string_view name) {
  if (IsValidUtf8(name) && !HasControlCharacters(name) && !Trim(name).empty() &&
      CountCodePoints(name) <= kMaxProductName) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      StrCat("must have 1 to ", kMaxProductName,
             " characters of UTF-8, not only spaces, and no control characters"));
}

absl::StatusOr<std::unique_ptr<TemplateRenderer>> TemplateRenderer::Create(const TemplateOptions& options) {
  std::vector<std::string> errors;
  Require("email.link_base", CheckLinkBase(options.link_base), errors);
  Require("email.product_name", CheckProductName(options.product), errors);
  TemplateFiles files(options.directory, errors);
  VariableCompletion complete(WithoutSlash(options.link_base), options.product);
  Catalogue catalogue;
  for (const MessageSpec& spec : MessageSpecs()) {
    auto& by_locale = catalogue[std::string(spec.name)];
    by_locale.spec = &spec;
    for (const auto& [locale, tag] : files.locales()) {
      std::optional<MessageTemplate> compiled = CompileTemplate(spec, locale, complete, files, errors);
      if (compiled) by_locale.templates.emplace(locale, *std::move(compiled));
    }
  }
  for (const std::string& path : files.Unused()) {
    const std::string nearest = files.NearestUsed(path);
    errors.push_back(StrCat(files.Origin(path), ": belongs to no message, and no other file includes it",
                            nearest.empty() ? "" : StrCat("; did you mean ", nearest, "?")));
  }
  if (!errors.empty()) {
    // An error in an included file is reported once for each message that includes the file.
    std::sort(errors.begin(), errors.end());
    errors.erase(std::unique(errors.begin(), errors.end()), errors.end());
    return absl::InvalidArgumentError(absl::StrJoin(errors, "\n"));
  }
  return absl::WrapUnique(new TemplateRenderer(std::move(complete), std::move(catalogue), options.log));
}

absl::StatusOr<const TemplateRenderer::Entry*> TemplateRenderer::Find(std::string_view template_name) const {
  const auto found = catalogue_.find(template_name);
  if (found != catalogue_.end()) return &found->second;
  return MakeError(Reason::kTemplateNotFound, StrCat("unknown template \"", template_name, "\""));
}

absl::StatusOr<RenderedMessage> TemplateRenderer::Render(std::string_view template_name,
                                                         std::string_view locale,
                                                         const TemplateVariables& variables) const {
  const absl::StatusOr<const Entry*> entry = Find(template_name);
  return entry.ok() ? Render(**entry, locale, variables) : entry.status();
}

absl::StatusOr<RenderedMessage> TemplateRenderer::Preview(std::string_view template_name,
                                                          std::string_view locale) const {
  const absl::StatusOr<const Entry*> entry = Find(template_name);
  return entry.ok() ? Render(**entry, locale, SampleVariables(*(*entry)->spec)) : entry.status();
}

absl::StatusOr<RenderedMessage> TemplateRenderer::Render(const Entry& entry, std::string_view locale,
                                                         const TemplateVariables& variables) const {
  const auto& [spec, templates] = entry;
  auto best = templates.end();
  for (const std::string& candidate : LocaleChain(locale)) {
    if ((best = templates.find(candidate)) != templates.end()) break;
  }
  if (best == templates.end())
    return absl::InternalError(StrCat("the template ", spec->name, " has no English version"));
  const MessageTemplate& chosen = best->second;
  TemplateVariables completed = complete_(*spec, chosen.language, variables);
  if (const auto amount = completed.find("amount"); amount != completed.end()) {
    amount->second = amounts_.Format(amount->second, FormatLocale(locale, chosen.language));
  }
  RenderedMessage message;
  message.language = chosen.language;
  for (const auto& [part, field] :
       {std::pair(chosen.subject.get(), &message.subject), std::pair(chosen.text.get(), &message.text),
        std::pair(chosen.html.get(), &message.html)}) {
    absl::StatusOr<std::string> rendered = part->Render(completed);
    if (!rendered.ok()) {
      return absl::InvalidArgumentError(
          StrCat("the template ", spec->name, " ", rendered.status().message()));
    }
    *field = *std::move(rendered);
  }
  return message;
}

}  // namespace keelson
