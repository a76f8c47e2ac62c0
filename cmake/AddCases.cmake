# Read by ctest in the configuration "cases" (ctest -C cases): adds a test "PROGRAM: CASE" for each test case of the
# Catch2 PROGRAM, so that a single case can be run and timed. Other configurations run each program as one test, because
# many programs start a server that all of their cases share.
function(keelson_add_cases name program properties)
  execute_process(COMMAND "${program}" --list-test-names-only OUTPUT_VARIABLE cases)
  string(REPLACE ";" "\\;" cases "${cases}")
  string(REGEX REPLACE "\n" ";" cases "${cases}")
  foreach(case IN LISTS cases)
    if(NOT case STREQUAL "")
      string(REGEX REPLACE "([][,])" "\\\\\\1" filter "${case}")
      add_test("${name}: ${case}" "${program}" "${filter}")
      set_tests_properties("${name}: ${case}" PROPERTIES ${properties})
    endif()
  endforeach()
endfunction()
