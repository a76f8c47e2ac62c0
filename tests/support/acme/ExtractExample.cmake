# cmake -D README=FILE -D HEADER=FILE -P ExtractExample.cmake: writes the example between acme:begin and acme:end of
# README to HEADER, unless HEADER already has this content.
file(READ "${README}" readme)
string(REGEX MATCH "<!-- acme:begin -->\n```cpp\n(.*)```\n<!-- acme:end -->" found "${readme}")
if(NOT found)
  message(FATAL_ERROR "${README} has no C++ block between <!-- acme:begin --> and <!-- acme:end -->")
endif()
file(CONFIGURE OUTPUT "${HEADER}" CONTENT "#pragma once\n\n${CMAKE_MATCH_1}" @ONLY)
