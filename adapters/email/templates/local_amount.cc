#include "adapters/email/templates/local_amount.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr std::string_view kNoBreakSpace = "\u00A0";

// A language's format for money, from Unicode's CLDR.
struct MoneyFormat {
  std::string_view language;
  std::string_view group;
  std::string_view point;
  // Digits are grouped in numbers with at least this many digits before the decimal point.
  std::size_t least_grouped;
  bool symbol_first;
  std::string_view dollar;
};
constexpr std::array kHabits = {
    MoneyFormat{"en", ",", ".", 4, true, "$"},
    MoneyFormat{"de", ".", ",", 4, false, "$"},
    MoneyFormat{"es", ".", ",", 5, false, "US$"},
    MoneyFormat{"fr", "\u202F", ",", 4, false, "$US"},
};

bool IsDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

bool IsCode(std::string_view text) {
  return text.size() == 3 && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isupper(static_cast<unsigned char>(c));
         });
}

std::string_view SymbolOf(std::string_view code, const MoneyFormat& habit) {
  if (code == "EUR") return "€";
  if (code == "GBP") return "£";
  return code == "USD" ? habit.dollar : code;
}

std::string Grouped(std::string_view digits, const MoneyFormat& habit) {
  if (digits.size() < habit.least_grouped) return std::string(digits);
  std::string grouped;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped += habit.group;
    grouped += digits[i];
  }
  return grouped;
}

const MoneyFormat* HabitOf(std::string_view language) {
  const std::string base = absl::AsciiStrToLower(ToAbsl(language.substr(0, language.find('-'))));
  const auto* const found = std::find_if(kHabits.begin(), kHabits.end(),
                                         [&](const MoneyFormat& habit) { return habit.language == base; });
  return found == kHabits.end() ? nullptr : found;
}

}  // namespace

std::string LocalAmount(std::string_view amount, std::string_view language) {
  const MoneyFormat* const habit = HabitOf(language);
  const bool negative = amount.starts_with('-');
  const std::string_view unsigned_amount = amount.substr(negative ? 1 : 0);
  const std::size_t space = unsigned_amount.find(' ');
  if (habit == nullptr || space == std::string_view::npos) return std::string(amount);
  const std::string_view number = unsigned_amount.substr(0, space);
  const std::string_view code = unsigned_amount.substr(space + 1);
  const std::size_t point = number.find('.');
  const std::string_view whole = number.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? "" : number.substr(point + 1);
  const bool has_fraction = point != std::string_view::npos;
  if (!IsDigits(whole) || (has_fraction && !IsDigits(fraction)) || !IsCode(code)) return std::string(amount);

  std::string figures = Grouped(whole, *habit);
  if (has_fraction) figures += StrCat(habit->point, fraction);
  const std::string_view symbol = SymbolOf(code, *habit);
  const std::string_view sign = negative ? "-" : "";
  if (!habit->symbol_first) return StrCat(sign, figures, kNoBreakSpace, symbol);
  return StrCat(sign, symbol, symbol == code ? kNoBreakSpace : "", figures);
}

}  // namespace keelson
