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

// The sources of all templates: the built-in ones, and over them those of a folder. A path is
// "en/welcome.txt", its locale in lower case, or "header.html".
class TemplateFiles {
 public:
  static constexpr std::size_t kMaxFileBytes = 256 * 1024;
  // How deep files may include one another.
  static constexpr int kMaxIncludes = 8;

  // Reads `directory` where one is given. What is wrong is added to `mistakes`, each with its file.
  TemplateFiles(const std::string& directory, std::vector<std::string>& mistakes);

  // By the locale in lower case: its tag as the folder is named.
  const std::map<std::string, std::string>& locales() const { return locales_; }
  bool Has(const std::string& path) const { return files_.contains(path); }
  // How a person finds the file: its path in the folder, or "built-in" and its path.
  std::string Origin(const std::string& path) const;

  // The file's text with what it includes ("{{>name}}") in place, nothing and a mistake where that can't be
  // had.
  std::optional<ExpandedTemplate> Expand(const std::string& path, std::vector<std::string>& mistakes);

  // Paths of the folder's files that were never asked for.
  std::vector<std::string> Unused() const;
  // The used path that `path` was most likely meant to be; empty where none is near.
  std::string NearestUsed(const std::string& path) const;

 private:
  struct File {
    std::string text;
    // Empty for a built-in one.
    std::string origin;
  };

  void AddFolder(const std::string& directory, std::vector<std::string>& mistakes);
  void AddFile(const std::string& origin, std::string_view locale, std::vector<std::string>& mistakes);
  // False, and a mistake, where that can't be had.
  bool Expand(const std::string& path, const std::string& locale, int depth, ExpandedTemplate& expanded,
              std::vector<std::string>& mistakes);
  // The file that "{{>name}}" means in a message of `locale`, in a file with this extension.
  std::optional<std::string> Included(std::string_view name, std::string_view locale,
                                      std::string_view extension) const;

  std::map<std::string, File> files_;
  std::map<std::string, std::string> locales_;
  std::set<std::string> used_;
};

}  // namespace keelson
