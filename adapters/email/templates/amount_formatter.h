#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/common/log.h"

namespace keelson {

// Formats amounts with the CLDR data of the library ICU, which is loaded at the first amount. Thread-safe.
class AmountFormatter {
 public:
  // `log` receives a warning if ICU cannot be loaded; may be null. `icu_file` is the file of ICU's library;
  // empty: the version that the service was compiled with.
  explicit AmountFormatter(Log* log, std::string icu_file = "");
  ~AmountFormatter();

  // Formats an amount in the notation of Money::ToString ("1234.50 EUR") for the BCP 47 tag `locale`:
  // "€1,234.50" for en, "1.234,50 €" for de, with no-break spaces. The result has the same decimals as
  // `amount`. If ICU has no data for the language, the format is that of English. Returns `amount` unchanged
  // if it is not an amount, or if ICU cannot be loaded. The first call blocks on files.
  std::string Format(std::string_view amount, std::string_view locale) const;

 private:
  class Icu;

  const Icu* LoadOnce() const;

  Log* const log_;
  const std::string icu_file_;
  mutable std::once_flag once_;
  // Null if ICU is not loaded.
  mutable std::unique_ptr<const Icu> icu_;
};

}  // namespace keelson
