# cmake -D README=FILE -D MARK=MARK -D HEADER=FILE -P ExtractExample.cmake: writes the example between MARK:begin and
# MARK:end of README to HEADER, unless HEADER already has this content.
file(READ "${README}" readme)
string(REGEX MATCH "<!-- ${MARK}:begin -->\n```cpp\n(.*)```\n<!-- ${MARK}:end -->" found "${readme}")
if(NOT found)
  message(FATAL_ERROR "${README} has no C++ block between <!-- ${MARK}:begin --> and <!-- ${MARK}:end -->")
endif()
file(CONFIGURE OUTPUT "${HEADER}" CONTENT "#pragma once\n\n${CMAKE_MATCH_1}" @ONLY)
