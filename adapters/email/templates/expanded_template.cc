#include "adapters/email/templates/expanded_template.h"

#include <algorithm>
#include <iterator>

#include "core/common/strings.h"
#include "core/common/text.h"

namespace keelson {
namespace {

// Returns the name of the variable in the text between "{{" and "}}": "amount" for "# amount ".
std::string_view NameIn(std::string_view tag) {
  while (!tag.empty() && std::string_view("#^/&{").find(tag.front()) != std::string_view::npos) {
    tag.remove_prefix(1);
  }
  return Trim(tag);
}

}  // namespace

void ExpandedTemplate::Append(std::string_view piece, const std::string& origin, std::size_t line) {
  pieces_.push_back({text_.size(), origin, line});
  text_ += piece;
}

void ExpandedTemplate::DropLineEnd() {
  if (text_.ends_with('\n')) text_.pop_back();
}

std::string ExpandedTemplate::PlaceOf(std::size_t offset) const {
  if (pieces_.empty()) return "";
  const auto after =
      std::upper_bound(pieces_.begin(), pieces_.end(), offset,
                       [](std::size_t wanted, const Piece& piece) { return wanted < piece.offset; });
  const Piece& piece = *(after == pieces_.begin() ? after : std::prev(after));
  const std::string_view before =
      std::string_view(text_).substr(0, offset).substr(std::min(piece.offset, offset));
  const auto lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  return StrCat(piece.origin, ":", piece.line + lines);
}

std::string ExpandedTemplate::PlaceOfTag(std::string_view variable) const {
  const std::string_view text = text_;
  for (std::size_t open = 0; (open = text.find("{{", open)) != std::string_view::npos; open += 2) {
    const std::size_t close = text.find("}}", open);
    if (close == std::string_view::npos) break;
    if (NameIn(text.substr(open + 2, close - open - 2)) == variable) return PlaceOf(open);
  }
  return PlaceOf(0);
}

}  // namespace keelson
