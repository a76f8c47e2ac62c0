#!/usr/bin/env python3
"""packages_test.py: checks that the package lists contain every command that scripts and tests call."""

import pathlib
import unittest

import package_commands
import script_commands

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = "cmake/packages.txt"
TESTS = "tests/packages.txt"
CHECKS = ".ci/packages.txt"
# The package lists that are installed before the scripts of each folder run.
LISTS = {"app": [BUILD], "cmake": [BUILD], "tests": [BUILD, TESTS], ".ci": [BUILD, TESTS, CHECKS]}
# Commands that scripts use only if the commands are installed.
OPTIONAL = {"sudo"}


def scripts(folder):
    return sorted(path for path in (ROOT / folder).rglob("*") if path.is_file() and "node_modules" not in path.parts)


class Packages(unittest.TestCase):
    def test_scripts_call_only_commands_of_the_listed_packages(self):
        own = {name for folder in LISTS for script in scripts(folder) for name in script_commands.functions_of(script)}
        for folder, lists in LISTS.items():
            paths = [ROOT / name for name in lists]
            # The packages of .ci/packages.txt may be missing on this machine; the lists name their commands.
            brought = {*package_commands.commands_of(paths), *package_commands.read_lists(paths).values()}
            for script in scripts(folder):
                missing = script_commands.commands_of(script) - brought - own - OPTIONAL
                with self.subTest(script=script.relative_to(ROOT).as_posix()):
                    self.assertEqual(missing, set(), "these commands belong to no package in "
                                     f"{', '.join(lists)}: add their packages to a list")

    def test_the_external_commands_of_a_script_are_found(self):
        planted = {
            "yq .": {"yq"},
            "cat x | jq .": {"cat", "jq"},
            "if true; then exec env A=b nice yq; fi": {"env", "nice", "yq"},
            "find . | xargs -0 --no-run-if-empty yq": {"find", "xargs", "yq"},
            "x=$(yq .)": {"yq"},
            "trap 'rm x' EXIT; f() { yq; }; f; ./own; \"$1\" x": {"yq"},
        }
        for script, commands in planted.items():
            with self.subTest(script=script):
                self.assertEqual(script_commands.shell_commands(script), commands)
        self.assertEqual(script_commands.python_commands("A = ['x', 'y']\nsubprocess.run([*A, '-v'])\n"
                                                         "subprocess.run(['z'])"), {"x", "z"})

    def test_commands_need_a_listed_or_essential_package(self):
        essential = package_commands.commands_of([])
        self.assertIn("sed", essential)
        self.assertIn("awk", essential)
        self.assertNotIn("cmake", essential)
        self.assertIn("cmake", package_commands.commands_of([ROOT / BUILD]))


if __name__ == "__main__":
    unittest.main()
