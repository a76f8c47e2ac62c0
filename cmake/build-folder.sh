# Sourced with $root set: $build becomes the absolute folder of all builds (KEELSON_BUILD, or build/), $release the folder
# of the release preset in it, and configure_build [CMAKE ARGUMENT...] configures the latter.
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
