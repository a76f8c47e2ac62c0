#!/usr/bin/env python3
"""check_includes.py ROOT: lists every include that violates layers.py, and exits with 1 if there is one."""

import pathlib
import re
import sys

import layers

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
EMBEDDED = re.compile(r"keelson_embed\(\s*\w+\s+(\w+)")
STANDARD = re.compile(r"[a-z_0-9]+$")


def matches(header, entries):
    return any(header.startswith(entry) if entry.endswith("/") else header == entry for entry in entries)


def embedded_headers(root, path):
    """The headers that keelson_embed generates for the target of `path`."""
    for folder in [path.parent, *path.parent.parents]:
        listing = folder / "CMakeLists.txt"
        if listing.exists():
            return {name + ".h" for name in EMBEDDED.findall(listing.read_text())}
        if folder == root:
            break
    return set()


def folder_in(path, layer):
    """The folder of a file within its layer: "store/export" for core/store/export/rows.h; "" for core/use_cases.h."""
    return path[len(layer) + 1:].rpartition("/")[0]


def tree_refusal(path, header):
    folder, other = folder_in(path, "core"), folder_in(header, "core")
    if not folder or folder == other:
        return None
    if folder not in layers.CORE_TREE:
        return "add the folder of this file to CORE_TREE in tests/architecture/layers.py"
    if other in layers.CORE_TREE[folder]:
        return None
    return f"core/{folder} does not depend on core/{other}"


def core_refusal(path, header):
    if header.startswith("core/"):
        return tree_refusal(path, header)
    if matches(header, layers.CORE_REFUSED):
        return "the core must not use I/O, clocks, randomness or threads directly: use a port"
    libraries = [entry for folder, entries in layers.CORE_LIBRARIES.items()
                 if path.startswith(folder) and path.endswith(".cc") for entry in entries]
    if STANDARD.match(header) or matches(header, layers.CORE + libraries):
        return None
    return "the core may include only the standard library, Abseil and the core"


def adapter_of(path):
    """The adapter that a file belongs to, such as store/sqlite or grpc; None if no folder of TECHNOLOGY contains it."""
    parts = folder_in(path, "adapters").split("/")
    names = ("/".join(parts[:depth]) for depth in (1, 2))
    return next((name for name in names if name in layers.TECHNOLOGY), None)


def adapter_refusal(path, header):
    name = adapter_of(path)
    if name is None:
        return "add the folder of this file to TECHNOLOGY in tests/architecture/layers.py"
    if header.startswith("adapters/"):
        other = adapter_of(header)
        if other == name or other in layers.SUPPORTS:
            return None
        return f"the adapter {name} must not depend on the adapter {other}"
    if STANDARD.match(header) or matches(header, layers.ADAPTER + layers.POSIX + layers.TECHNOLOGY[name]):
        return None
    return f"the adapter {name} must not include {header} (TECHNOLOGY in tests/architecture/layers.py)"


def app_refusal(path, header):
    libraries = layers.APP_LIBRARIES.get(path, [])
    if STANDARD.match(header) or matches(header, layers.APP + layers.POSIX + ["app/"] + libraries):
        return None
    return f"the app must not use this library directly: use it in an adapter"


REFUSALS = {"core": core_refusal, "adapters": adapter_refusal, "app": app_refusal}


def violations(root):
    for layer, refusal in REFUSALS.items():
        for file in sorted((root / layer).rglob("*")):
            if file.suffix not in (".h", ".cc"):
                continue
            path = file.relative_to(root).as_posix()
            embedded = embedded_headers(root, file)
            for header in INCLUDE.findall(file.read_text()):
                reason = None if header in embedded else refusal(path, header)
                if reason:
                    yield f"{path}: includes {header}: {reason}"


def main():
    found = list(violations(pathlib.Path(sys.argv[1])))
    print("\n".join(found) if found else "All includes follow tests/architecture/layers.py.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
