"""The part of a Python source that can change a result: its tokens, without comments, docstrings and blank lines.

It is part of the key of a result, so that rewording a docstring does not repeat hours of work.
"""

from __future__ import annotations

import ast
import io
import pathlib
import tokenize

_NOTHING = (tokenize.COMMENT, tokenize.NL, tokenize.ENCODING)
_LAYOUT = (tokenize.INDENT, tokenize.DEDENT, tokenize.NEWLINE)  # their presence matters, not their text


def essence(source: bytes) -> bytes:
    """The essence of a source; the source itself if it is not Python."""
    try:
        docstrings = _docstrings(ast.parse(source))
        tokens = list(tokenize.tokenize(io.BytesIO(source).readline))
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError):
        return source
    kept = []
    for token, before in zip(tokens, [None, *tokens], strict=False):
        ends_docstring = token.type == tokenize.NEWLINE and before and before.start in docstrings
        is_docstring = token.start in docstrings or ends_docstring
        if token.type not in _NOTHING and not is_docstring:
            kept.append(f"{token.type if token.type in _LAYOUT else token.string}\0")
    return "".join(kept).encode("utf-8", "surrogatepass")


def essence_of(path: pathlib.Path, function: str) -> bytes:
    """The essence of one function of a module, of everything in that module it uses, and of used modules next to it.

    Raises KeyError if there is no such function.
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
    imported = {path.with_name(f"{name}.py") for name, node in reached.items() if isinstance(node, ast.ImportFrom)}
    parts += [essence(module.read_bytes()) for module in sorted(imported) if module.is_file()]
    return b"\0".join(parts)


def _defined(node: ast.stmt) -> list[str]:
    """The names that a statement at the top level of a module defines."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [(alias.asname or alias.name).partition(".")[0] for alias in node.names]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def _docstrings(tree: ast.Module) -> set[tuple[int, int]]:
    """Where docstrings begin: line, and column in characters as tokens count them."""
    starts = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.body:
            first = node.body[0]
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                starts.add((first.lineno, first.col_offset))
    return starts
