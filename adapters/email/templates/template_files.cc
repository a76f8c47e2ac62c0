#include "adapters/email/templates/template_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "adapters/email/templates/locale_chain.h"
#include "builtin_templates.h"
#include "core/common/nearest.h"
#include "core/common/strings.h"
#include "core/common/text.h"

namespace keelson {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBuiltinFolder = "templates/";

bool IsTemplate(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".subject" || extension == ".txt" || extension == ".html";
}

bool IsHidden(const fs::path& path) {
  return path.filename().string().starts_with('.');
}

std::string PathOf(std::string_view locale, std::string_view name) {
  return locale.empty() ? std::string(name) : StrCat(absl::AsciiStrToLower(ToAbsl(locale)), "/", name);
}

std::size_t CountLines(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// Returns the directory of the path, which is a locale; empty for a shared file.
std::string LocaleOf(const std::string& path) {
  const std::size_t slash = path.find('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

}  // namespace

TemplateFiles::TemplateFiles(const std::string& directory, std::vector<std::string>& errors) {
  for (const builtin_templates_file& file : builtin_templates()) {
    const std::string path(file.path.substr(kBuiltinFolder.size()));
    files_[path] = {std::string(file.text), ""};
    if (const std::string locale = LocaleOf(path); !locale.empty()) locales_[locale] = locale;
  }
  if (!directory.empty()) AddFolder(directory, errors);
}

void TemplateFiles::AddFolder(const std::string& directory, std::vector<std::string>& errors) {
  std::error_code error;
  // Reads two levels: the shared files, and the files in each locale's directory.
  for (fs::recursive_directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path& path = entry->path();
    std::error_code ignored;
    if (entry->is_directory(ignored)) {
      if (IsHidden(path) || entry.depth() > 0) entry.disable_recursion_pending();
    } else if (IsTemplate(path) && !IsHidden(path)) {
      AddFile(path.string(), entry.depth() > 0 ? path.parent_path().filename().string() : "", errors);
    }
  }
  if (error) errors.push_back(StrCat(directory, ": can't be read: ", error.message()));
}

void TemplateFiles::AddFile(const std::string& origin, std::string_view locale,
                            std::vector<std::string>& errors) {
  std::ifstream stream(origin, std::ios::binary);
  std::string text(kMaxFileBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad() || stream.gcount() == 0) {
    errors.push_back(StrCat(origin, ": is empty or can't be read"));
    return;
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kMaxFileBytes) {
    errors.push_back(StrCat(origin, ": is larger than ", kMaxFileBytes, " bytes"));
    return;
  }
  if (!IsValidUtf8(text)) {
    errors.push_back(StrCat(origin, ": is not UTF-8"));
    return;
  }
  if (!locale.empty()) locales_[absl::AsciiStrToLower(ToAbsl(locale))] = locale;
  files_[PathOf(locale, fs::path(origin).filename().string())] = {std::move(text), origin};
}

std::string TemplateFiles::Origin(const std::string& path) const {
  const auto file = files_.find(path);
  return file == files_.end() || file->second.origin.empty() ? StrCat("built-in ", path)
                                                             : file->second.origin;
}

std::optional<std::string> TemplateFiles::Included(std::string_view name, std::string_view locale,
                                                   std::string_view extension) const {
  for (const std::string& candidate : LocaleChain(locale)) {
    const std::string path = StrCat(candidate, "/", name, extension);
    if (Has(path)) return path;
  }
  const std::string shared = StrCat(name, extension);
  return Has(shared) ? std::optional(shared) : std::nullopt;
}

std::optional<ExpandedTemplate> TemplateFiles::Expand(const std::string& path,
                                                      std::vector<std::string>& errors) {
  ExpandedTemplate expanded;
  if (!Expand(path, LocaleOf(path), 0, expanded, errors)) return std::nullopt;
  return expanded;
}

bool TemplateFiles::Expand(const std::string& path, const std::string& locale, int depth,
                           ExpandedTemplate& expanded, std::vector<std::string>& errors) {
  const std::string origin = Origin(path);
  std::size_t line = 1;
  const auto fail = [&](std::string_view what) {
    errors.push_back(StrCat(origin, ":", line, ": ", what));
    return false;
  };
  if (depth > kMaxIncludes)
    return fail(StrCat("has more than ", kMaxIncludes, " nested includes, or includes itself"));
  used_.insert(path);
  std::string_view rest = files_.at(path).text;
  for (std::size_t open; (open = rest.find("{{>")) != std::string_view::npos;) {
    expanded.Append(rest.substr(0, open), origin, line);
    line += CountLines(rest.substr(0, open));
    const std::size_t close = rest.find("}}", open);
    if (close == std::string_view::npos) return fail("has a {{> without a closing }}");
    const std::string_view name = Trim(rest.substr(open + 3, close - open - 3));
    const std::optional<std::string> included = Included(name, locale, fs::path(path).extension().string());
    if (!included) return fail(StrCat("includes ", name, ", which does not exist"));
    if (!Expand(*included, locale, depth + 1, expanded, errors)) return false;
    expanded.DropLineEnd();
    line += CountLines(rest.substr(open, close - open));
    rest.remove_prefix(close + 2);
  }
  expanded.Append(rest, origin, line);
  return true;
}

std::vector<std::string> TemplateFiles::Unused() const {
  std::vector<std::string> unused;
  for (const auto& [path, file] : files_) {
    if (!file.origin.empty() && !used_.contains(path)) unused.push_back(path);
  }
  return unused;
}

std::string TemplateFiles::NearestUsed(const std::string& path) const {
  return Nearest(path, std::vector<std::string>(used_.begin(), used_.end()));
}

}  // namespace keelson
