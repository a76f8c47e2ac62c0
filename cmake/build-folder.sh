# Sourced with $root set: $build becomes the absolute build folder (KEELSON_BUILD, or build/), and
# configure_build [CMAKE ARGUMENT...] configures it with the release preset.
build=${KEELSON_BUILD:-$root/build}
mkdir -p "$build"
build=$(CDPATH='' cd -- "$build" && pwd)

configure_build() {
  cmake --preset release -S "$root" -B "$build" "$@" >"$build/configure.log" 2>&1 || {
    cat "$build/configure.log" >&2
    return 1
  }
}
