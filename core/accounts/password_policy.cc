#include "core/accounts/password_policy.h"

#include <string>

#include "common_passwords.h"
#include "core/common/strings.h"
#include "core/common/text.h"

namespace keelson {
namespace {

// Whether `line` is a line of `text`. Needs lines sorted by bytes, because the search is binary.
bool HasLine(std::string_view text, std::string_view line) {
  while (!text.empty()) {
    const std::size_t before = text.rfind('\n', text.size() / 2);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const int order = line.compare(text.substr(begin, end - begin));
    if (order == 0) return true;
    text = order < 0 ? text.substr(0, begin) : text.substr(std::min(end + 1, text.size()));
  }
  return false;
}

}  // namespace

bool IsCommonPassword(std::string_view password) {
  const std::optional<std::string> folded = NfkcCasefold(password);
  if (!folded || folded->empty()) return false;
  for (const auto& list : common_passwords()) {
    if (HasLine(list.text, *folded)) return true;
  }
  return false;
}

std::optional<Secret> CheckPassword(std::string_view field, const Secret& password, int min_length,
                                    FieldErrors& errors) {
  const auto refuse = [&](std::string rule) {
    errors.Add(std::string(field), std::move(rule));
    return std::nullopt;
  };
  std::optional<std::string> normal = Nfkc(password.Reveal());
  if (!normal) return refuse("must be valid UTF-8");
  const std::size_t length = CountCodePoints(*normal);
  if (length < static_cast<std::size_t>(min_length)) {
    return refuse(StrCat("must be at least ", min_length, " characters long"));
  }
  if (length > kMaxPasswordLength) {
    return refuse(StrCat("must be at most ", kMaxPasswordLength, " characters long"));
  }
  const Secret visible(VisibleText(*normal));
  if (visible.empty()) return refuse("must not consist of spaces and invisible characters alone");
  if (IsCommonPassword(visible.Reveal())) return refuse("must not be one of the most common passwords");
  return Secret(*std::move(normal));
}

}  // namespace keelson
