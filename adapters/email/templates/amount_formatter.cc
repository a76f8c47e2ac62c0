#include "adapters/email/templates/amount_formatter.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "adapters/email/templates/icu_library.h"
#include "core/common/money.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr char kFallbackLocale[] = "en";
// An amount of int64 minor units has at most 20 characters without the format's separators and symbols.
constexpr int kMaxFormatted = 256;

struct ParsedAmount {
  // Digits with an optional minus sign and decimal point.
  std::string_view number;
  Currency currency;
  std::size_t decimals = 0;
};

bool IsDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

std::optional<ParsedAmount> Parse(std::string_view amount) {
  const std::size_t space = std::min(amount.find(' '), amount.size());
  const std::string_view number = amount.substr(0, space);
  const auto currency = Currency::Parse(amount.substr(std::min(space + 1, amount.size())));
  const std::string_view magnitude = number.substr(number.starts_with('-') ? 1 : 0);
  const std::size_t point = std::min(magnitude.find('.'), magnitude.size());
  const std::string_view decimals = magnitude.substr(std::min(point + 1, magnitude.size()));
  const bool has_decimals = point < magnitude.size();
  if (!currency || !IsDigits(magnitude.substr(0, point)) || (has_decimals && !IsDigits(decimals))) {
    return std::nullopt;
  }
  return ParsedAmount{number, *currency, decimals.size()};
}

// Returns ICU's description of a number format (a "skeleton"). The digits of the amount determine the
// precision, because CLDR rounds some currencies to fewer decimals than ISO 4217 has.
std::u16string SkeletonOf(const ParsedAmount& amount) {
  const std::string precision =
      amount.decimals == 0 ? "precision-integer" : StrCat(".", std::string(amount.decimals, '0'));
  const std::string skeleton = StrCat("currency/", amount.currency.code(), " ", precision);
  return {skeleton.begin(), skeleton.end()};
}

// Returns ICU's names of the locales that suit a BCP 47 tag, the best first: fr_Latn_CA, fr_CA, fr_Latn and
// fr for "fr-Latn-CA". Variants and extensions are ignored.
std::vector<std::string> Candidates(std::string_view tag) {
  const std::vector<std::string> subtags = absl::StrSplit(ToAbsl(tag), '-');
  const std::string language = absl::AsciiStrToLower(subtags.front());
  std::size_t next = 1;
  std::string script;
  if (next < subtags.size() && subtags[next].size() == 4) {
    script = StrCat("_", absl::AsciiStrToUpper(subtags[next].substr(0, 1)),
                    absl::AsciiStrToLower(subtags[next].substr(1)));
    ++next;
  }
  std::string region;
  if (next < subtags.size() && (subtags[next].size() == 2 || IsDigits(subtags[next]))) {
    region = StrCat("_", absl::AsciiStrToUpper(subtags[next]));
  }
  return {StrCat(language, script, region), language + region, language + script, language};
}

}  // namespace

class AmountFormatter::Icu {
 public:
  explicit Icu(const IcuLibrary& library) : library_(library) {
    UErrorCode error = U_ZERO_ERROR;
    UEnumeration* const names = library_.open_locales(ULOC_AVAILABLE_WITH_LEGACY_ALIASES, &error);
    while (const char* const name = library_.next(names, nullptr, &error)) locales_.emplace(name);
    library_.close_enumeration(names);
  }

  // Returns nullopt after an error of ICU.
  std::optional<std::string> Format(const ParsedAmount& amount, std::string_view tag) const {
    UErrorCode error = U_ZERO_ERROR;
    const std::u16string skeleton = SkeletonOf(amount);
    const std::unique_ptr<UNumberFormatter, decltype(&unumf_close)> formatter(
        library_.open_formatter(skeleton.data(), static_cast<int>(skeleton.size()), LocaleFor(tag).c_str(),
                                &error),
        library_.close_formatter);
    const std::unique_ptr<UFormattedNumber, decltype(&unumf_closeResult)> result(library_.open_result(&error),
                                                                                 library_.close_result);
    library_.format_decimal(formatter.get(), amount.number.data(), static_cast<int>(amount.number.size()),
                            result.get(), &error);
    return ToUtf8(result.get(), error);
  }

 private:
  // Chooses only locales for which ICU has data. For any other name, ICU would take the locale of the
  // process's environment, and would keep a cache entry per name.
  std::string LocaleFor(std::string_view tag) const {
    for (std::string& candidate : Candidates(tag)) {
      if (locales_.contains(candidate)) return std::move(candidate);
    }
    return kFallbackLocale;
  }

  // ICU's functions do nothing after an error, so that `result` may be null.
  std::optional<std::string> ToUtf8(const UFormattedNumber* result, UErrorCode error) const {
    std::array<UChar, kMaxFormatted> utf16{};
    const int length = library_.result_to_string(result, utf16.data(), kMaxFormatted, &error);
    // A UTF-16 unit becomes at most three bytes.
    std::string utf8(3 * kMaxFormatted, '\0');
    int bytes = 0;
    library_.to_utf8(utf8.data(), 3 * kMaxFormatted, &bytes, utf16.data(), length, &error);
    if (U_FAILURE(error)) return std::nullopt;
    utf8.resize(static_cast<std::size_t>(bytes));
    return utf8;
  }

  const IcuLibrary library_;
  std::set<std::string, std::less<>> locales_;
};

AmountFormatter::AmountFormatter(Log* log, std::string icu_file)
    : log_(log), icu_file_(icu_file.empty() ? kIcuFile : std::move(icu_file)) {}

AmountFormatter::~AmountFormatter() = default;

const AmountFormatter::Icu* AmountFormatter::LoadOnce() const {
  std::call_once(once_, [this] {
    const absl::StatusOr<IcuLibrary> library = IcuLibrary::Load(icu_file_.c_str());
    if (library.ok()) {
      icu_ = std::make_unique<const Icu>(*library);
    } else if (log_ != nullptr) {
      log_->Write(
          Severity::kWarning, "message.amounts_not_localized",
          "e-mails show amounts as 12.50 EUR, because the library ICU could not be loaded; install the "
          "package libicu" U_ICU_VERSION_SHORT " and restart the service",
          {{"error", std::string(library.status().message())}});
    }
  });
  return icu_.get();
}

std::string AmountFormatter::Format(std::string_view amount, std::string_view locale) const {
  const std::optional<ParsedAmount> parsed = Parse(amount);
  const Icu* const icu = parsed ? LoadOnce() : nullptr;
  const std::optional<std::string> formatted = icu != nullptr ? icu->Format(*parsed, locale) : std::nullopt;
  return formatted.value_or(std::string(amount));
}

}  // namespace keelson
