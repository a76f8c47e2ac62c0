# Source this file with $root set. Sets $build to the absolute path of the build directory (KEELSON_BUILD, or build/) and
# $release to the release preset's directory in it. configure_build [CMAKE ARGUMENT...] configures the release preset.
build=${KEELSON_BUILD:-$root/build}
mkdir -p "$build/release"
build=$(CDPATH='' cd -- "$build" && pwd)
release=$build/release

configure_build() {
  cmake --preset release -S "$root" -B "$release" "$@" >"$release/configure.log" 2>&1 || {
    cat "$release/configure.log" >&2
    return 1
  }
}
