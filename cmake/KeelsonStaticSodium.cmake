# Links libsodium's archive into one object whose calls can be wrapped (adapters/passwords/argon2/hash_memory.h). The
# archive contains an Argon2 with the symbol names of libargon2, so the hidden symbols of the archive are made local.

# Makes TARGET a static library of ARCHIVE's contents.
function(keelson_static_sodium target archive)
  set(object "${CMAKE_CURRENT_BINARY_DIR}/${target}.o")
  add_custom_command(
    OUTPUT "${object}"
    COMMAND ld -r --whole-archive "${archive}" -o "${object}"
    COMMAND "${CMAKE_OBJCOPY}" --localize-hidden "${object}"
    DEPENDS "${archive}"
    VERBATIM)
  add_library(${target} STATIC "${object}")
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
  set_source_files_properties("${object}" PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
endfunction()
