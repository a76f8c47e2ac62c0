#include "adapters/email/templates/icu_library.h"

#include <dlfcn.h>

#include <string>
#include <string_view>

#include "core/common/strings.h"

namespace keelson {
namespace {

// Looks up functions in a loaded library, and records the first error.
class SymbolTable {
 public:
  explicit SymbolTable(void* library) : library_(library) {}

  template <typename Function>
  void Find(std::string_view name, Function*& function) {
    const std::string symbol = StrCat(name, "_", U_ICU_VERSION_SHORT);
    function = reinterpret_cast<Function*>(dlsym(library_, symbol.c_str()));
    if (function == nullptr && status_.ok()) status_ = absl::FailedPreconditionError(dlerror());
  }
  const absl::Status& status() const { return status_; }

 private:
  void* const library_;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<IcuLibrary> IcuLibrary::Load(const char* file) {
  void* const library = dlopen(file, RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) return absl::FailedPreconditionError(dlerror());
  IcuLibrary icu;
  SymbolTable symbols(library);
  symbols.Find("uenum_next", icu.next);
  symbols.Find("uenum_close", icu.close_enumeration);
  symbols.Find("uloc_openAvailableByType", icu.open_locales);
  symbols.Find("unumf_openForSkeletonAndLocale", icu.open_formatter);
  symbols.Find("unumf_close", icu.close_formatter);
  symbols.Find("unumf_openResult", icu.open_result);
  symbols.Find("unumf_closeResult", icu.close_result);
  symbols.Find("unumf_formatDecimal", icu.format_decimal);
  symbols.Find("unumf_resultToString", icu.result_to_string);
  symbols.Find("u_strToUTF8", icu.to_utf8);
  if (!symbols.status().ok()) return symbols.status();
  return icu;
}

}  // namespace keelson
