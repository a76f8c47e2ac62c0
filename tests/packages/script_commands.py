"""The external commands that a shell or Python script calls by a literal name."""

import ast
import json
import pathlib
import re
import subprocess

SHELL = re.compile(r"#!\s*/(usr/)?bin/(env )?(ba)?sh\b")
PYTHON = re.compile(r"#!\s*/(usr/)?bin/env python3\b")
# Commands that run another command, which follows their options and assignments.
WRAPPERS = {"exec", "env", "xargs", "sudo", "nice", "nohup", "time", "stage"}
ASSIGNMENT = re.compile(r"\w+=")
BUILTINS = set(subprocess.run(["bash", "-c", "compgen -bk"], check=True, capture_output=True, text=True).stdout.split())


def walk(node):
    if isinstance(node, list):
        for item in node:
            yield from walk(item)
    elif isinstance(node, dict):
        yield node
        for item in node.values():
            yield from walk(item)


def literal(word):
    """The text of a shell word; None if it contains expansions."""
    parts = word["Parts"]
    if any(part["Type"] not in ("Lit", "SglQuoted") for part in parts):
        return None
    return "".join(part["Value"] for part in parts)


def called(words):
    """The command of a simple command, and the commands that wrappers such as env run."""
    while words:
        name = words[0]
        if name is None or "/" in name:
            return
        yield name
        if name not in WRAPPERS:
            return
        words = words[1:]
        while words and words[0] is not None and (words[0].startswith("-") or ASSIGNMENT.match(words[0])):
            words = words[1:]


def shell_nodes(text):
    run = subprocess.run(["shfmt", "--to-json"], input=text, check=True, capture_output=True, text=True)
    return list(walk(json.loads(run.stdout)))


def functions(nodes):
    return {node["Name"]["Value"] for node in nodes if node.get("Type") == "FuncDecl"}


def shell_commands(text):
    nodes = shell_nodes(text)
    calls = (node["Args"] for node in nodes if node.get("Type") == "CallExpr" and node.get("Args"))
    return {name for words in calls for name in called([literal(word) for word in words])} - functions(nodes) - BUILTINS


def python_commands(text):
    tree = ast.parse(text)
    lists = {node.targets[0].id: node.value for node in tree.body
             if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.List)}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            module = node.func.value
            first = node.args[0]
            if isinstance(module, ast.Name) and module.id == "subprocess" and isinstance(first, ast.List):
                word = first.elts[0]
                if isinstance(word, ast.Starred):
                    word = lists[word.value.id].elts[0]
                if isinstance(word, ast.Constant):
                    found.add(word.value)
    return found


def read_script(path):
    """(text, "shell" or "python") of the script at `path`; ("", None) if it is not a script."""
    try:
        text = pathlib.Path(path).read_text()
    except UnicodeDecodeError:
        return "", None
    if SHELL.match(text) or path.suffix == ".sh":
        return text, "shell"
    return (text, "python") if PYTHON.match(text) or path.suffix == ".py" else ("", None)


def functions_of(path):
    """The shell functions of the script at `path`, which scripts that source it may call."""
    text, language = read_script(path)
    return functions(shell_nodes(text)) if language == "shell" else set()


def commands_of(path):
    """The external commands of the script at `path`; empty if it is not a script."""
    text, language = read_script(path)
    return {"shell": shell_commands, "python": python_commands, None: lambda _: set()}[language](text)
