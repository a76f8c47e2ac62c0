# Build options and the functions that declare libraries, tests and embedded files. keelson_options (language, debug
# information, sanitizers, linker) applies to every target, generated code included; keelson_warnings to hand-written code.

option(KEELSON_TESTS "Build the tests and benchmarks" ON)
option(KEELSON_STATIC "Link gRPC, Protobuf and Abseil statically if their archives are installed" OFF)
option(KEELSON_UNITY "Compile several sources per translation unit (unity build); reduces the first build to a third of the time" ON)
# Off by default and in app/run.sh, so that new warnings of another compiler do not fail the builds of users and packagers.
option(KEELSON_WERROR "Treat warnings as errors, as CI and the presets for developers do" OFF)
set(KEELSON_SANITIZE "" CACHE STRING "Sanitizers to build with, such as address,undefined or thread")

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

find_program(KEELSON_CCACHE ccache)
if(KEELSON_CCACHE)
  # The sloppiness is required for objects that use precompiled headers (ccache's manual). Without the folder in the
  # hash, all work trees of a machine share the cache; debug information may name another work tree.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros;CCACHE_BASEDIR=${PROJECT_SOURCE_DIR};CCACHE_NOHASHDIR=1;${KEELSON_CCACHE}")
endif()
find_program(KEELSON_LLD ld.lld)

add_library(keelson_options INTERFACE)
target_compile_features(keelson_options INTERFACE cxx_std_20)
# Line numbers for stack traces, without the types of variables.
target_compile_options(keelson_options INTERFACE $<$<CONFIG:RelWithDebInfo>:-g1>)
if(KEELSON_LLD)
  target_link_options(keelson_options INTERFACE -fuse-ld=lld)
endif()
if(KEELSON_SANITIZE)
  target_compile_options(keelson_options INTERFACE
    -g1 -fsanitize=${KEELSON_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(keelson_options INTERFACE -fsanitize=${KEELSON_SANITIZE})
endif()
# Debian's libraries are built by g++: clang 18 and later give some templates other symbol names.
target_compile_options(keelson_options INTERFACE $<$<CXX_COMPILER_ID:Clang>:-fclang-abi-compat=17>)

add_library(keelson_warnings INTERFACE)
target_compile_options(keelson_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion $<$<BOOL:${KEELSON_WERROR}>:-Werror>
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  # g++ 12 reports false positives for overlapping copies inside std::string.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>)

# Options of test code, which takes longer to compile than to run. The tested libraries keep their optimisation and
# sanitizers. Link it after keelson_options, whose options it overrides.
add_library(keelson_quick_options INTERFACE)
target_compile_options(keelson_quick_options INTERFACE
  -O0 -g1 -fno-sanitize=undefined
  # std::stable_sort of libstdc++ 12 calls a deprecated function, which clang reports behind precompiled headers.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>
  $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)  # required by ccache

# Declares the options of the project's hand-written code: includes are relative to the repository's root.
function(keelson_own_code target)
  target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${target} PRIVATE keelson_options keelson_warnings)
endfunction()

# Batches several sources into one translation unit, so that their common headers are compiled once.
function(keelson_batch target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${KEELSON_UNITY} UNITY_BUILD_BATCH_SIZE 12)
endfunction()

# Declares the options of the project's test code.
function(keelson_test_code target)
  keelson_own_code(${target})
  keelson_batch(${target})
  target_link_libraries(${target} PRIVATE keelson_quick_options)
endfunction()

# keelson_library(NAME [SEPARATE] [DEPENDS LIBRARY...]): the static library NAME of every .cc file in this folder and
# below. SEPARATE: no unity build, because the files declare the same names.
function(keelson_library name)
  cmake_parse_arguments(ARG "SEPARATE" "" "DEPENDS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc")
  if(NOT sources)
    return()
  endif()
  add_library(${name} STATIC ${sources})
  keelson_own_code(${name})
  if(NOT ARG_SEPARATE)
    keelson_batch(${name})
  endif()
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS})
endfunction()

# keelson_test(NAME SOURCE... [DEPENDS LIBRARY...] [LABELS LABEL...] [PRECOMPILED_IN LIBRARY] [LONG] [SINGLE_THREADED]):
# declares a Catch2 executable that ctest runs. The suite of a test is its first folder under tests/: the suite is a ctest
# label, and the target keelson_tests_SUITE builds all tests of the suite. PRECOMPILED_IN: the library whose precompiled
# headers the test uses; g++ requires the same compile definitions in the test and the library. LONG: ctest starts the test
# first, with a longer timeout. SINGLE_THREADED: excluded from builds with the thread sanitizer.
function(keelson_test name)
  cmake_parse_arguments(ARG "LONG;SINGLE_THREADED" "PRECOMPILED_IN" "DEPENDS;LABELS" ${ARGN})
  if(ARG_SINGLE_THREADED AND KEELSON_SANITIZE MATCHES thread)
    return()
  endif()
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY "${PROJECT_SOURCE_DIR}/tests"
             OUTPUT_VARIABLE suite)
  string(REGEX REPLACE "/.*" "" suite "${suite}")
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  keelson_test_code(${name})
  if(NOT ARG_PRECOMPILED_IN)
    set(ARG_PRECOMPILED_IN keelson_test_main)
  endif()
  target_precompile_headers(${name} REUSE_FROM ${ARG_PRECOMPILED_IN})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} keelson_test_main)
  add_test(NAME ${name} COMMAND ${name})
  set(timeout 300)
  if(KEELSON_SANITIZE)
    set(timeout 900)  # sanitizers slow a test down by up to fifteen times
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${timeout} LABELS "${suite};${ARG_LABELS}")
  if(ARG_LONG)
    set_tests_properties(${name} PROPERTIES COST 100 TIMEOUT 900)
  endif()
  set(cases "${CMAKE_CURRENT_BINARY_DIR}/${name}_cases.cmake")
  file(GENERATE OUTPUT "${cases}" CONTENT "if(CTEST_CONFIGURATION_TYPE STREQUAL \"cases\")
  include(\"${PROJECT_SOURCE_DIR}/cmake/AddCases.cmake\")
  keelson_add_cases(${name} \"$<TARGET_FILE:${name}>\" \"TIMEOUT;${timeout};LABELS;cases\")
endif()
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${cases}")
  if(NOT TARGET keelson_tests_${suite})
    add_custom_target(keelson_tests_${suite})
  endif()
  add_dependencies(keelson_tests_${suite} ${name})
endfunction()

# keelson_contract(NAME SOURCE... [DEPENDS LIBRARY...]): declares test cases that the test programs of several adapters
# link. NAME is an object library: the linker would omit the test cases of an archive, because no symbol refers to them.
function(keelson_contract name)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  add_library(${name} OBJECT ${ARG_UNPARSED_ARGUMENTS})
  keelson_test_code(${name})
  target_precompile_headers(${name} REUSE_FROM keelson_test_main)
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS} keelson_test_main)
endfunction()

# keelson_embed(TARGET NAME PATTERN...): embeds files as text. Each file in this directory or below that
# matches a PATTERN is an entry of `std::span<const NAME_file> NAME()`, declared in "NAME.h" in the build tree.
function(keelson_embed target name)
  file(GLOB_RECURSE files RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}" CONFIGURE_DEPENDS ${ARGN})
  set(output "${CMAKE_CURRENT_BINARY_DIR}/${name}")
  list(TRANSFORM files PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/" OUTPUT_VARIABLE inputs)
  add_custom_command(
    OUTPUT "${output}.h" "${output}.cc"
    COMMAND "${CMAKE_COMMAND}" -D "NAME=${name}" -D "OUTPUT=${output}" -D "BASE=${CMAKE_CURRENT_SOURCE_DIR}"
            -D "FILES=${files}" -P "${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake"
    DEPENDS ${inputs} "${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake"
    VERBATIM)
  target_sources(${target} PRIVATE "${output}.cc")
  # Warnings and checks do not apply to generated code.
  set_source_files_properties("${output}.cc" PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON COMPILE_OPTIONS -w)
  target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_BINARY_DIR}")
endfunction()
