"""The external commands on a minimal Debian with the listed packages installed: the commands of the packages, of
their dependencies, and of the essential packages. Recommended packages do not count, because
cmake/install-packages.sh does not install them."""

import os
import pathlib
import re
import subprocess

FOLDERS = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]
FIELDS = ["Package", "Essential", "Provides", "Pre-Depends", "Depends"]
# Part of a minimal Debian in addition to the essential packages.
BASE = ["apt"]


def read_lists(lists):
    """Returns the listed packages, each with the command that makes the package unnecessary, or an empty string."""
    entries = {}
    for path in lists:
        for line in pathlib.Path(path).read_text().splitlines():
            words = line.split("#")[0].split()
            if words:
                entries[words[0]] = words[1] if len(words) > 1 else ""
    return entries


def installed_packages():
    form = "\\t".join(f"${{{field}}}" for field in FIELDS) + "\\n"
    listing = subprocess.run(["dpkg-query", "--show", f"--showformat=${{db:Status-Status}}\\t{form}"], check=True,
                             capture_output=True, text=True).stdout
    rows = (line.split("\t") for line in listing.splitlines())
    return {row[1]: dict(zip(FIELDS, row[1:])) for row in rows if row[0] == "installed"}


def names(relation):
    """A package relation such as "a (>= 1), b | c" as [["a"], ["b", "c"]]."""
    return [[re.split(r"[ (:]", choice.strip())[0] for choice in part.split("|")]
            for part in relation.split(",") if part.strip()]


def close(wanted, installed):
    """The wanted packages that are installed, and their dependencies. Of alternatives, only the first that is installed."""
    providers = {}
    for package, fields in installed.items():
        for [name] in names(fields["Provides"]):
            providers.setdefault(name, package)
    closed, waiting = set(), list(wanted)
    while waiting:
        package = waiting.pop()
        package = package if package in installed else providers.get(package)
        if package is None or package in closed:
            continue
        closed.add(package)
        for field in ("Pre-Depends", "Depends"):
            for choices in names(installed[package][field]):
                waiting += [name for name in choices if name in installed or name in providers][:1]
    return closed


def files_of(packages):
    listing = subprocess.run(["dpkg-query", "--listfiles", *sorted(packages)], check=True, capture_output=True, text=True)
    return set(listing.stdout.splitlines())


def chosen(path):
    """The target of the command in the alternatives system, such as mawk for awk."""
    linked = path.is_symlink() and os.readlink(path).startswith("/etc/alternatives/")
    return os.path.realpath(path) if linked else None


def commands_of(lists):
    """{command: path} of the listed packages on this machine."""
    entries = read_lists(lists)
    installed = installed_packages()
    essential = [package for package, fields in installed.items() if fields["Essential"] == "yes"]
    files = files_of(close([*essential, *BASE, *entries], installed))
    commands = {}
    for folder in map(pathlib.Path, reversed(FOLDERS)):
        for path in folder.iterdir():
            # Since Debian merged /bin into /usr/bin, a package lists its commands in either of them.
            if {str(path), str(path).removeprefix("/usr"), chosen(path)} & files:
                commands[path.name] = str(path)
    for command in filter(None, entries.values()):
        path = subprocess.run(["sh", "-c", f"command -v {command}"], capture_output=True, text=True, check=False).stdout
        commands.setdefault(command, path.strip())
    return {command: path for command, path in commands.items() if path}
