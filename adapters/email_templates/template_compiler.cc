#include "adapters/email_templates/template_compiler.h"

#include <array>
#include <string_view>

#include "absl/strings/ascii.h"
#include "adapters/email_templates/sample_variables.h"
#include "core/common/strings.h"
#include "core/common/text.h"

namespace keelson {
namespace {

constexpr std::array<std::string_view, 3> kExtensions = {".subject", ".txt", ".html"};

std::string PercentEncoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || std::string_view("-._~").find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return encoded;
}

// Every variable with a value, and with none where that is allowed: together they reach every section.
std::vector<TemplateVariables> Samples(const MessageSpec& spec) {
  const TemplateVariables full = SampleVariables(spec);
  TemplateVariables spare = full;
  spare["display_name"] = "";
  for (const std::string_view name : spec.optional) spare[std::string(name)] = "";
  if (spare.contains("expire_hours")) spare["expire_hours"] = "1";
  return {full, spare};
}

// What is wrong with `part`, or nothing.
std::string Fault(const TemplatePart& part, bool needs_link, const std::vector<TemplateVariables>& samples) {
  for (const TemplateVariables& sample : samples) {
    const absl::StatusOr<std::string> rendered = part.Render(sample);
    if (!rendered.ok()) return std::string(rendered.status().message());
    if (Trim(*rendered).empty()) return "renders to nothing";
    if (needs_link && rendered->find(kSampleToken) == std::string::npos) return "leaves out {{link}}";
  }
  return "";
}

}  // namespace

TemplateVariables VariableCompletion::operator()(const MessageSpec& spec, const std::string& language,
                                                 TemplateVariables variables) const {
  variables["product"] = product_;
  variables["language"] = language;
  if (const auto token = variables.find("token"); token != variables.end() && !spec.link_path.empty()) {
    variables["link"] = StrCat(link_base_, "/", spec.link_path, "?token=", PercentEncoded(token->second));
  }
  if (const auto hours = variables.find("expire_hours"); hours != variables.end()) {
    const bool several = hours->second != "0" && hours->second != "1";
    const std::string value = hours->second;
    variables["one_hour"] = value == "1" ? value : "";
    variables["many_hours"] = several ? value : "";
  }
  return variables;
}

std::optional<MessageTemplate> CompileTemplate(const MessageSpec& spec, const std::string& locale,
                                               const VariableCompletion& complete, TemplateFiles& files,
                                               std::vector<std::string>& mistakes) {
  const auto path_of = [&](std::string_view extension) { return StrCat(locale, "/", spec.name, extension); };
  std::vector<std::string> missing;
  for (const std::string_view extension : kExtensions) {
    if (!files.Has(path_of(extension))) missing.push_back(path_of(extension));
  }
  if (missing.size() == kExtensions.size()) return std::nullopt;
  for (const std::string& path : missing)
    mistakes.push_back(StrCat(path, ": is missing beside the other parts"));

  MessageTemplate result;
  result.language = files.locales().at(locale);
  std::vector<TemplateVariables> samples;
  for (const TemplateVariables& sample : Samples(spec))
    samples.push_back(complete(spec, result.language, sample));
  const std::array<std::unique_ptr<TemplatePart>*, 3> parts = {&result.subject, &result.text, &result.html};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string path = path_of(kExtensions[i]);
    const std::optional<std::string> source = files.Has(path) ? files.Expand(path, mistakes) : std::nullopt;
    if (!source) continue;
    const auto kind = static_cast<PartKind>(i);
    absl::StatusOr<std::unique_ptr<TemplatePart>> part = TemplatePart::Parse(kind, *source);
    const bool needs_link = kind != PartKind::kSubject && !spec.link_path.empty();
    const std::string fault =
        part.ok() ? Fault(**part, needs_link, samples) : std::string(part.status().message());
    if (!fault.empty()) mistakes.push_back(StrCat(files.Origin(path), ": ", fault));
    if (part.ok()) *parts[i] = *std::move(part);
  }
  return result;
}

}  // namespace keelson
