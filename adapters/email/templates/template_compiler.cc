#include "adapters/email/templates/template_compiler.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "adapters/email/templates/sample_variables.h"
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

// Masks the local part so that the owner still recognizes the address: "a***@example.com". Masking twice has
// no further effect.
std::string Masked(std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos || at == 0) return std::string(address.empty() ? "" : "***");
  std::size_t first = 1;
  while (first < at && (static_cast<unsigned char>(address[first]) & 0xC0) == 0x80) ++first;
  return StrCat(address.substr(0, first), "***", address.substr(at));
}

std::string_view DirectionOf(std::string_view language) {
  constexpr std::array<std::string_view, 4> kRightToLeft = {"ar", "fa", "he", "ur"};
  const std::string base = absl::AsciiStrToLower(ToAbsl(language.substr(0, language.find('-'))));
  return std::find(kRightToLeft.begin(), kRightToLeft.end(), base) == kRightToLeft.end() ? "ltr" : "rtl";
}

// Returns two samples, with and without values for the optional variables, so that every section of a
// template is rendered.
std::vector<TemplateVariables> Samples(const MessageSpec& spec) {
  const TemplateVariables full = SampleVariables(spec);
  TemplateVariables minimal = full;
  minimal["display_name"] = "";
  for (const std::string_view name : spec.optional) minimal[std::string(name)] = "";
  if (minimal.contains("expire_hours")) minimal["expire_hours"] = "1";
  return {full, minimal};
}

// Returns the first error of `part`, compiled from `source`, with its file and line; empty if there is none.
std::string TemplateError(const TemplatePart& part, const ExpandedTemplate& source, bool needs_link,
                          const std::vector<TemplateVariables>& samples) {
  for (const TemplateVariables& sample : samples) {
    const absl::StatusOr<std::string> rendered = part.Render(sample);
    if (!rendered.ok()) {
      return StrCat(source.PlaceOfTag(part.MissingFrom(sample)), ": ", rendered.status().message());
    }
    if (Trim(*rendered).empty()) return StrCat(source.PlaceOf(0), ": renders to an empty text");
    if (needs_link && !absl::StrContains(*rendered, ToAbsl(kSampleToken))) {
      return StrCat(source.PlaceOf(0), ": must contain {{link}}");
    }
  }
  return "";
}

// Replaces the offset in the library's error message ("… at 123") by the file and line.
std::string ParseErrorText(std::string_view message, const ExpandedTemplate& source) {
  constexpr std::string_view kAt = " at ";
  const std::size_t at = message.rfind(kAt);
  std::size_t offset = 0;
  if (at == std::string_view::npos || !absl::SimpleAtoi(ToAbsl(message.substr(at + kAt.size())), &offset)) {
    return StrCat(source.PlaceOf(0), ": ", message);
  }
  return StrCat(source.PlaceOf(offset), ": ", message.substr(0, at));
}

}  // namespace

TemplateVariables VariableCompletion::operator()(const MessageSpec& spec, const std::string& language,
                                                 TemplateVariables variables) const {
  variables["product"] = product_;
  variables["language"] = language;
  variables["direction"] = DirectionOf(language);
  for (const std::string_view name : spec.optional) variables.emplace(name, "");
  if (const auto address = variables.find("new_email"); address != variables.end()) {
    address->second = Masked(address->second);
  }
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
                                               std::vector<std::string>& errors) {
  const auto path_of = [&](std::string_view extension) { return StrCat(locale, "/", spec.name, extension); };
  std::vector<std::string> missing;
  for (const std::string_view extension : kExtensions) {
    if (!files.Has(path_of(extension))) missing.push_back(path_of(extension));
  }
  if (missing.size() == kExtensions.size()) return std::nullopt;
  for (const std::string& path : missing)
    errors.push_back(StrCat(path, ": is missing; a template needs .subject, .txt and .html"));

  MessageTemplate result;
  result.language = files.locales().at(locale);
  std::vector<TemplateVariables> samples;
  for (const TemplateVariables& sample : Samples(spec))
    samples.push_back(complete(spec, result.language, sample));
  const std::array<std::unique_ptr<TemplatePart>*, 3> parts = {&result.subject, &result.text, &result.html};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string path = path_of(kExtensions[i]);
    const std::optional<ExpandedTemplate> source =
        files.Has(path) ? files.Expand(path, errors) : std::nullopt;
    if (!source) continue;
    const auto kind = static_cast<PartKind>(i);
    absl::StatusOr<std::unique_ptr<TemplatePart>> part = TemplatePart::Parse(kind, source->text());
    const bool needs_link = kind != PartKind::kSubject && !spec.link_path.empty();
    std::string error = part.ok() ? TemplateError(**part, *source, needs_link, samples)
                                  : ParseErrorText(std::string(part.status().message()), *source);
    if (!error.empty()) errors.push_back(std::move(error));
    if (part.ok()) *parts[i] = *std::move(part);
  }
  return result;
}

}  // namespace keelson
