"""What of a Python source can change a result: its tokens, without comments, docstrings and blank lines.

Results are keyed by it, so that a better word in a docstring does not make hours of work be done again.
"""

from __future__ import annotations

import ast
import io
import pathlib
import tokenize

_NOTHING = (tokenize.COMMENT, tokenize.NL, tokenize.ENCODING)
_LAYOUT = (tokenize.INDENT, tokenize.DEDENT, tokenize.NEWLINE)  # that they are there matters, and not how


def essence(source: bytes) -> bytes:
    """The essence of a source; what is no Python is its own essence."""
    try:
        docstrings = _docstrings(ast.parse(source))
        tokens = list(tokenize.tokenize(io.BytesIO(source).readline))
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError):
        return source
    kept = []
    for token, before in zip(tokens, [None, *tokens], strict=False):
        said = token.start in docstrings or (token.type == tokenize.NEWLINE and before and before.start in docstrings)
        if token.type not in _NOTHING and not said:
            kept.append(f"{token.type if token.type in _LAYOUT else token.string}\0")
    return "".join(kept).encode("utf-8", "surrogatepass")


def essence_of(path: pathlib.Path, function: str) -> bytes:
    """The essence of one function of a module, of whatever of that module it uses, and of used modules beside it.

    Raises KeyError when there is no such function.
    """
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    defined = {name: node for node in tree.body for name in _defined(node)}
    reached: dict[str, ast.stmt] = {}
    waiting = [function]
    while waiting:
        name = waiting.pop()
        reached[name] = defined[name]
        used = {node.id for node in ast.walk(defined[name]) if isinstance(node, ast.Name)}
        waiting += sorted((used & defined.keys()) - reached.keys())
    parts = [essence((ast.get_source_segment(source, reached[name]) or "").encode()) for name in sorted(reached)]
    beside = {path.with_name(f"{name}.py") for name, node in reached.items() if isinstance(node, ast.ImportFrom)}
    return b"\0".join([*parts, *(essence(one.read_bytes()) for one in sorted(beside) if one.is_file())])


def _defined(node: ast.stmt) -> list[str]:
    """The names that a statement at the top of a module defines."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [(alias.asname or alias.name).partition(".")[0] for alias in node.names]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def _docstrings(tree: ast.Module) -> set[tuple[int, int]]:
    """Where docstrings begin: line, and column in characters as tokens count them."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.body:
            first = node.body[0]
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                found.add((first.lineno, first.col_offset))
    return found
