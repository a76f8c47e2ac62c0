// write_previews FOLDER: writes every message in every built-in language as FOLDER/NAME.LOCALE.html, and as
// NAME.LOCALE.long.html with very long values.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "adapters/email/templates/sample_variables.h"
#include "adapters/email/templates/template_renderer.h"
#include "core/common/money.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

using Renderer = std::unique_ptr<TemplateRenderer>;

// Returns long values that contain no space at which a line could break.
TemplateVariables LongVariables(const MessageSpec& spec) {
  TemplateVariables variables = SampleVariables(spec);
  for (auto& [name, value] : variables) value = std::string(160, 'W');
  const Money most = {*Currency::Parse("KWD"), kMaxMinorUnits};
  if (variables.contains("amount")) variables["amount"] = most.ToString();
  if (variables.contains("new_email")) variables["new_email"] = StrCat("w@", std::string(160, 'W'));
  if (variables.contains("expire_hours")) variables["expire_hours"] = "1";
  return variables;
}

bool Write(const std::filesystem::path& file, const absl::StatusOr<RenderedMessage>& message) {
  if (!message.ok()) {
    std::cerr << file << ": " << message.status() << '\n';
    return false;
  }
  return static_cast<bool>(std::ofstream(file, std::ios::binary) << message->html << std::flush);
}

bool WriteAll(const std::filesystem::path& folder) {
  const absl::StatusOr<Renderer> usual = TemplateRenderer::Create({});
  const absl::StatusOr<Renderer> wordy = TemplateRenderer::Create(
      {.link_base = StrCat("https://", std::string(60, 'w'), ".example/", std::string(200, 'w')),
       .product = std::string(80, 'W')});
  if (!usual.ok() || !wordy.ok()) return false;
  std::filesystem::create_directories(folder);
  for (const MessageSpec& spec : MessageSpecs()) {
    for (const std::string_view locale : {"en", "de", "es", "fr"}) {
      const std::string name = StrCat(spec.name, ".", locale);
      if (!Write(folder / StrCat(name, ".html"), (*usual)->Preview(spec.name, locale)) ||
          !Write(folder / StrCat(name, ".long.html"),
                 (*wordy)->Render(spec.name, locale, LongVariables(spec)))) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace
}  // namespace keelson

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: write_previews FOLDER\n";
    return EXIT_FAILURE;
  }
  return keelson::WriteAll(argv[1]) ? EXIT_SUCCESS : EXIT_FAILURE;
}
