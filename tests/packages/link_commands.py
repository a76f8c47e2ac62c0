#!/usr/bin/env python3
"""link_commands.py FOLDER LIST...: creates links in FOLDER to the commands of the listed packages. With PATH=FOLDER,
a test cannot find a command of an undeclared package."""

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
