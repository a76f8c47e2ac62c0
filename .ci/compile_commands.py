"""The translation units of production code in a build directory, from its compile_commands.json."""

import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
LAYERS = ("core/", "adapters/", "app/")
BATCHED = re.compile(r'^#include "(.+)"$', re.MULTILINE)


def own(path):
    """The path relative to the repository; None for a path outside of it."""
    try:
        return pathlib.Path(path).resolve().relative_to(ROOT).as_posix()
    except ValueError:
        return None


def sources(entry):
    """The sources that this entry compiles: one, or several in a unity build (KEELSON_UNITY)."""
    if "/Unity/unity_" not in entry["file"]:
        return [entry["file"]]
    return BATCHED.findall(pathlib.Path(entry["file"]).read_text())


def production_entries(build):
    """The entries that compile sources of core, adapters and app."""
    commands = json.loads(pathlib.Path(build, "compile_commands.json").read_text())
    return [entry for entry in commands
            if any((own(source) or "").startswith(LAYERS) for source in sources(entry))]
