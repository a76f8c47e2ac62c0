#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/email/templates/expanded_template.h"

namespace keelson {

// The source files of all templates: the built-in files, overridden by the files of a directory. A path is
// "LOCALE/NAME.EXTENSION" with the locale in lower case, such as "en/welcome.txt", or the name of a shared
// file, such as "header.html".
class TemplateFiles {
 public:
  static constexpr std::size_t kMaxFileBytes = 256 * 1024;
  // Maximum depth of nested includes.
  static constexpr int kMaxIncludes = 8;

  // Reads `directory` unless it is empty. Appends each error to `errors`, with its file. Blocks on files.
  TemplateFiles(const std::string& directory, std::vector<std::string>& errors);

  // Maps each locale in lower case ("de-at") to its language tag, spelled like the directory of the locale
  // ("de-AT").
  const std::map<std::string, std::string>& locales() const { return locales_; }
  bool Has(const std::string& path) const { return files_.contains(path); }
  // Returns the file's name for error messages: its path on disk, or "built-in" and its path.
  std::string Origin(const std::string& path) const;

  // Returns the file's text with its includes ("{{>name}}") expanded. On an error, returns nullopt and
  // appends to `errors`.
  std::optional<ExpandedTemplate> Expand(const std::string& path, std::vector<std::string>& errors);

  // Returns the paths of the directory's files that no message and no include uses.
  std::vector<std::string> Unused() const;
  // Returns the used path that is most similar to `path`, for a hint in an error message; empty if none is
  // similar.
  std::string NearestUsed(const std::string& path) const;

 private:
  struct File {
    std::string text;
    // Path on disk; empty for a built-in file.
    std::string origin;
  };

  void AddFolder(const std::string& directory, std::vector<std::string>& errors);
  void AddFile(const std::string& origin, std::string_view locale, std::vector<std::string>& errors);
  // On an error, returns false and appends to `errors`.
  bool Expand(const std::string& path, const std::string& locale, int depth, ExpandedTemplate& expanded,
              std::vector<std::string>& errors);
  // Returns the path that "{{>name}}" refers to in a message of `locale`, in a file with this extension.
  std::optional<std::string> Included(std::string_view name, std::string_view locale,
                                      std::string_view extension) const;

  std::map<std::string, File> files_;
  std::map<std::string, std::string> locales_;
  std::set<std::string> used_;
};

}  // namespace keelson
