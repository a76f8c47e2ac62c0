#pragma once

#include <cstdint>
#include <string>

#include "core/common/strings.h"

namespace keelson {

// Describes the differences between a table of labels and the labels of the rows, for EngineFault.
inline std::string WrongLabels(std::int64_t extra, std::int64_t missing) {
  return StrCat(extra, " entries are not a label of a row, ", missing, " labels of rows have no entry");
}

}  // namespace keelson
