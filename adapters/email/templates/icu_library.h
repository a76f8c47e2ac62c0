#pragma once

// Hides ICU's C++ classes: their inline functions would need ICU at link time.
#define U_SHOW_CPLUSPLUS_API 0
#include <unicode/uenum.h>
#include <unicode/uloc.h>
#include <unicode/unumberformatter.h>
#include <unicode/ustring.h>

#include "absl/status/statusor.h"

namespace keelson {

// File name of the ICU library whose headers this file includes. The names of ICU's files and functions
// contain the major version.
inline constexpr char kIcuFile[] = "libicui18n.so." U_ICU_VERSION_SHORT;

// ICU's C functions, found at run time, because a process that is linked with ICU starts more slowly and is
// larger (README.md, "ICU"). ICU remains loaded until the process ends.
struct IcuLibrary {
  // Loads the library `file` and the libraries that it needs. FAILED_PRECONDITION, with the error message of
  // the dynamic linker, if the library or one of the functions does not exist. Blocks on files.
  static absl::StatusOr<IcuLibrary> Load(const char* file);

  decltype(&uenum_next) next = nullptr;
  decltype(&uenum_close) close_enumeration = nullptr;
  decltype(&uloc_openAvailableByType) open_locales = nullptr;
  decltype(&unumf_openForSkeletonAndLocale) open_formatter = nullptr;
  decltype(&unumf_close) close_formatter = nullptr;
  decltype(&unumf_openResult) open_result = nullptr;
  decltype(&unumf_closeResult) close_result = nullptr;
  decltype(&unumf_formatDecimal) format_decimal = nullptr;
  decltype(&unumf_resultToString) result_to_string = nullptr;
  decltype(&u_strToUTF8) to_utf8 = nullptr;
};

}  // namespace keelson
