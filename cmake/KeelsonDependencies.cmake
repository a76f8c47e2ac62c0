# Finds the libraries of the Debian 12 packages (cmake/packages.txt): with pkg-config if a library has no CMake package.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(absl REQUIRED)

# KEELSON_STATIC requires every archive: a process with both a static and a shared Abseil or Protobuf has two copies of
# each global variable and crashes at startup. If one archive is missing, all libraries are shared. KEELSON_STATIC also
# requires lld, because the archives have circular references, which only lld resolves in any order.
set(keelson_grpc_parts grpc++ grpc gpr address_sorting upb re2 cares)
set(keelson_static ${KEELSON_STATIC})
if(keelson_static)
  include(KeelsonStaticAbseil)
  foreach(part IN LISTS keelson_grpc_parts ITEMS protobuf sodium)
    find_library(KEELSON_ARCHIVE_${part} NAMES "lib${part}.a" NO_CACHE)
    if(NOT KEELSON_ARCHIVE_${part})
      list(APPEND keelson_missing_parts "lib${part}.a")
    endif()
  endforeach()
  keelson_abseil_archives(keelson_abseil keelson_missing_abseil)
  list(APPEND keelson_missing_parts ${keelson_missing_abseil})
  if(NOT KEELSON_LLD)
    list(APPEND keelson_missing_parts ld.lld)
  endif()
  if(keelson_missing_parts)
    message(STATUS "KEELSON_STATIC: using shared gRPC libraries, because these files are missing: ${keelson_missing_parts}")
    set(keelson_static OFF)
  endif()
endif()

set(Protobuf_USE_STATIC_LIBS ${keelson_static})
find_package(Protobuf REQUIRED)

pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
if(keelson_static)
  include(KeelsonStaticSodium)
  keelson_static_sodium(keelson_sodium "${KEELSON_ARCHIVE_sodium}")
else()
  add_library(keelson_sodium INTERFACE)
  target_link_libraries(keelson_sodium INTERFACE PkgConfig::SODIUM)
endif()
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(IDN2 REQUIRED IMPORTED_TARGET libidn2)
pkg_check_modules(ARGON2 REQUIRED IMPORTED_TARGET libargon2)

add_library(keelson_grpc_library INTERFACE)
if(keelson_static)
  keelson_use_abseil_archives("${keelson_abseil}")
  # OpenSSL and zlib stay shared: static ones save 0.5 MiB and 2 ms, but would need a rebuild for each security update.
  set(keelson_grpc_archives "")
  foreach(part IN LISTS keelson_grpc_parts)
    list(APPEND keelson_grpc_archives "${KEELSON_ARCHIVE_${part}}")
  endforeach()
  pkg_check_modules(OPENSSL REQUIRED IMPORTED_TARGET openssl)
  pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
  target_link_libraries(keelson_grpc_library INTERFACE
    ${keelson_grpc_archives} protobuf::libprotobuf ${keelson_abseil}
    PkgConfig::OPENSSL PkgConfig::ZLIB Threads::Threads ${CMAKE_DL_LIBS})
  # Hides the symbols of the archives, so that the process's shared libraries cannot bind to them.
  target_link_options(keelson_options INTERFACE -Wl,--exclude-libs,ALL -Wl,--gc-sections)
  target_compile_options(keelson_options INTERFACE -ffunction-sections -fdata-sections)
else()
  pkg_check_modules(GRPC REQUIRED IMPORTED_TARGET grpc++)
  target_link_libraries(keelson_grpc_library INTERFACE PkgConfig::GRPC protobuf::libprotobuf)
endif()
