#!/usr/bin/env python3
"""link_commands.py FOLDER LIST...: fills FOLDER with links to the commands that the package lists bring. With FOLDER as the
whole PATH, a command that a machine has for other reasons is not found."""

import os
import pathlib
import sys

from package_commands import commands_of


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    wanted = commands_of(sys.argv[2:])
    for link in folder.iterdir():
        if wanted.get(link.name) != os.readlink(link):
            link.unlink()
    for command, path in wanted.items():
        if not os.path.lexists(folder / command):
            os.symlink(path, folder / command)


if __name__ == "__main__":
    main()
