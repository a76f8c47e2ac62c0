#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace keelson {

// A template's text after expansion of its includes. Maps each position of the text to its source file and
// line.
class ExpandedTemplate {
 public:
  const std::string& text() const { return text_; }

  // Appends `piece`, which begins on line `line` (counted from 1) of the file `origin`.
  void Append(std::string_view piece, const std::string& origin, std::size_t line);
  void DropLineEnd();

  // Returns the source file and line of the character at `offset`, such as "templates/en/welcome.txt:3".
  std::string PlaceOf(std::size_t offset) const;
  // Returns the source file and line of the first tag that contains `variable`.
  std::string PlaceOfTag(std::string_view variable) const;

 private:
  struct Piece {
    std::size_t offset = 0;
    std::string origin;
    std::size_t line = 1;
  };

  std::string text_;
  std::vector<Piece> pieces_;
};

}  // namespace keelson
