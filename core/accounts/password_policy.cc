#include "core/accounts/password_policy.h"

#include <string>
#include <utility>

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

std::optional<Secret> Refuse(std::string_view field, std::string rule, FieldErrors& errors) {
  errors.Add(std::string(field), std::move(rule));
  return std::nullopt;
}

// The form in which two spellings of a name are equal; empty for invalid UTF-8.
Secret Folded(std::string_view text) {
  return Secret(NfkcCasefold(VisibleText(text)).value_or(""));
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

std::optional<Secret> NormalizePassword(std::string_view field, const Secret& password, FieldErrors& errors) {
  std::optional<std::string> normal = Nfkc(password.Reveal());
  if (!normal) return Refuse(field, "must be valid UTF-8", errors);
  Secret normalized(*std::move(normal));
  if (CountCodePoints(normalized.Reveal()) > kMaxPasswordLength) {
    return Refuse(field, StrCat("must be at most ", kMaxPasswordLength, " characters long"), errors);
  }
  return normalized;
}

std::optional<Secret> CheckPassword(std::string_view field, const Secret& password, int min_length,
                                    FieldErrors& errors) {
  std::optional<Secret> normal = NormalizePassword(field, password, errors);
  if (!normal) return std::nullopt;
  if (CountCodePoints(normal->Reveal()) < static_cast<std::size_t>(min_length)) {
    return Refuse(field, StrCat("must be at least ", min_length, " characters long"), errors);
  }
  const Secret visible(VisibleText(normal->Reveal()));
  if (visible.empty())
    return Refuse(field, "must not consist of spaces and invisible characters alone", errors);
  if (IsCommonPassword(visible.Reveal())) {
    return Refuse(field, "must not be one of the most common passwords", errors);
  }
  return normal;
}

void CheckNotOwnName(std::string_view field, const Secret& password, std::string_view email,
                     std::string_view display_name, FieldErrors& errors) {
  const Secret folded = Folded(password.Reveal());
  for (const std::string_view own : {email, email.substr(0, email.rfind('@')), display_name}) {
    if (Folded(own).Reveal() == folded.Reveal()) {
      errors.Add(std::string(field), "must not be the user's own e-mail address or name");
      return;
    }
  }
}

}  // namespace keelson
