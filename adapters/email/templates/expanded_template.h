#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace keelson {

// A template's text with what it includes in place, which knows where each piece of it is from.
class ExpandedTemplate {
 public:
  const std::string& text() const { return text_; }

  // `piece` begins on this line, counted from 1, of the file that a person finds as `origin`.
  void Append(std::string_view piece, const std::string& origin, std::size_t line);
  void DropLineEnd();

  // "templates/en/welcome.txt:3": the place in its file of what is at this offset of the text.
  std::string PlaceOf(std::size_t offset) const;
  // The same of the first tag that names `variable`.
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
