# Generates ${OUTPUT}.h and ${OUTPUT}.cc with the content of FILES, by their paths relative to BASE.
file(WRITE "${OUTPUT}.h"
"#pragma once

#include <span>
#include <string_view>

namespace keelson {

struct ${NAME}_file {
  std::string_view path;
  std::string_view text;
};

std::span<const ${NAME}_file> ${NAME}();

}  // namespace keelson
")

set(entries "")
foreach(path IN LISTS FILES)
  file(READ "${BASE}/${path}" text)
  string(LENGTH "${text}" length)
  # The standard guarantees literals up to 64 KiB; compilers concatenate adjacent literals without this limit.
  set(literals "")
  set(position 0)
  while(position LESS length)
    string(SUBSTRING "${text}" ${position} 8000 chunk)
    string(APPEND literals "\n     R\"embedded(${chunk})embedded\"")
    math(EXPR position "${position} + 8000")
  endwhile()
  string(APPEND entries "    {\"${path}\", {${literals}}},\n")
endforeach()

file(WRITE "${OUTPUT}.cc"
"#include \"${NAME}.h\"

namespace keelson {
namespace {

constexpr ${NAME}_file kFiles[] = {
${entries}};

}  // namespace

std::span<const ${NAME}_file> ${NAME}() { return kFiles; }

}  // namespace keelson
")
