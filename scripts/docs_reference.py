"""The reference: one page a module, from signatures and docstrings; nothing is said twice."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator
from typing import Any

# A module without ``__all__`` has helpers beside its public names: those are listed.
ROOMS: dict[str, tuple[str, ...]] = {
    "paperkit": (),
    "paperkit.models": (),
    "paperkit.sources": (),
    "paperkit.topics": ("load_topics",),
    "paperkit.batch": (),
    "paperkit.reading": (),
    "paperkit.readings": ("Reading", "Section", "Figure", "Link"),
    "paperkit.ranking": (),
    "paperkit.checks": (),
    "paperkit.outlines": ("DIGEST", "load_outline"),
    "paperkit.digests": ("Answer", "Statement", "Evidence", "Finding", "Approval"),
    "paperkit.posts": (),
    "paperkit.trends": (),
    "paperkit.errors": (
        "SourceError", "LibraryError", "ReadError", "ModelError", "PublishError", "ArgumentError",
    ),
}  # fmt: skip


def names(room: str) -> list[str]:
    """Return a module's public names; what stands at the top level is documented there."""
    module = importlib.import_module(room)
    listed = ROOMS[room] or tuple(module.__all__)
    face = set() if room == "paperkit" else set(importlib.import_module("paperkit").__all__)
    return sorted((n for n in listed if n not in face), key=str.lower)


def page(room: str) -> str:
    """Return a module's page as MyST Markdown."""
    module = importlib.import_module(room)
    parts = [f"# {room}", _prose(inspect.getdoc(module) or "")]
    parts += [section(room, name) for name in names(room)]
    return "\n\n".join(part for part in parts if part) + "\n"


def section(room: str, name: str) -> str:
    """Return one name's section: signature, what its docstring says, parameters, its methods."""
    value = getattr(importlib.import_module(room), name)
    if not callable(value):
        said = f"A value of type `{type(value).__name__}`: `{value!r}`"
        return f"## `{name}`\n\n{said if len(said) < 300 else said[:120] + '…`'}"
    parts = [f"## `{name}`", _signature(name, value)]
    parts += [_prose(_doc(value)), _parameters(value)]
    for method, member in _methods(value) if inspect.isclass(value) else ():
        parts.append(f"### `{name}.{method}`")
        parts += [_signature(method, member), _prose(_doc(member)), _parameters(member)]
    return "\n\n".join(part for part in parts if part)


def _doc(value: Any) -> str:
    """Return a docstring; that which Python makes for a dataclass says nothing."""
    said = inspect.getdoc(value.fget if isinstance(value, property) else value) or ""
    return "" if re.match(r"\w+\(.*\)$", said, re.S) else said


def _methods(value: type) -> Iterator[tuple[str, Any]]:
    """Yield a class's public methods and properties in the order they are written in."""
    seen = set()
    for base in (b for b in value.__mro__ if b.__module__.startswith("paperkit")):
        for name, member in vars(base).items():
            bare = member.__func__ if isinstance(member, (classmethod, staticmethod)) else member
            shown = inspect.isfunction(bare) or isinstance(bare, property)
            if not name.startswith("_") and shown and name not in seen and _doc(bare):
                seen.add(name)
                yield name, bare


def _node(value: Any) -> ast.FunctionDef | ast.ClassDef | None:
    """Return how a function or class is written, so that defaults are shown as written."""
    try:
        source = inspect.getsource(inspect.unwrap(value))
    except (OSError, TypeError):
        return None
    (node,) = ast.parse(textwrap.dedent(source)).body
    return node if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else None


def _taken(value: Any) -> tuple[list[tuple[str, str, str]], str]:
    """Return the parameters (name, type, default as written) and the type returned."""
    node = _node(value)
    if isinstance(node, ast.ClassDef):
        inner = [n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
        if not inner:
            return _fields(value), ""
        node = inner[0]
    if node is None:
        return [], ""
    taken = node.args
    plain = [*taken.posonlyargs, *taken.args]
    before = [None] * (len(plain) - len(taken.defaults))
    rows = [_row(a, d) for a, d in zip(plain, [*before, *taken.defaults], strict=True)]
    rows += (
        [_row(taken.vararg, None, "*")]
        if taken.vararg
        else [("*", "", "")] * bool(taken.kwonlyargs)
    )
    rows += [_row(a, d) for a, d in zip(taken.kwonlyargs, taken.kw_defaults, strict=True)]
    rows += [_row(taken.kwarg, None, "**")] if taken.kwarg else []
    rows = [row for row in rows if row[0] not in ("self", "cls")]
    return rows, ast.unparse(node.returns) if node.returns else ""


def _row(argument: ast.arg, default: ast.expr | None, stars: str = "") -> tuple[str, str, str]:
    kind = ast.unparse(argument.annotation) if argument.annotation else ""
    return stars + argument.arg, kind, ast.unparse(default) if default else ""


def _fields(value: type) -> list[tuple[str, str, str]]:
    """Return a dataclass's fields, those of its bases first."""
    rows = {}
    for base in reversed([b for b in value.__mro__ if b.__module__.startswith("paperkit")]):
        node = _node(base)
        for n in node.body if node and hasattr(base, "__dataclass_fields__") else ():
            if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name):
                kind = ast.unparse(n.annotation)
                if not kind.startswith("ClassVar") and not n.target.id.startswith("_"):
                    rows[n.target.id] = (kind, ast.unparse(n.value) if n.value else "")
    keyword = getattr(getattr(value, "__dataclass_params__", None), "kw_only", False)
    return [("*", "", "")] * bool(keyword and rows) + [(n, *row) for n, row in rows.items()]


def _signature(name: str, value: Any) -> str:
    if isinstance(value, property):
        return ""
    rows, returned = _taken(value)
    inside = [f"{n}={d}" if d else n for n, _, d in rows]
    one = f"{name}({', '.join(inside)})"
    if len(one) > 88:
        one = f"{name}(\n" + "".join(f"    {part},\n" for part in inside) + ")"
    return f"```python\n{one}{f' -> {returned}' if returned else ''}\n```"


def _parameters(value: Any) -> str:
    """Return a table of the parameters: name, type, default."""
    rows = [] if isinstance(value, property) else [r for r in _taken(value)[0] if r[0] != "*"]
    if not rows:
        return ""
    lines = [f"| `{n}` | {_cell(kind)} | {_cell(d) or 'required'} |" for n, kind, d in rows]
    return "\n".join(["| parameter | type | default |", "|---|---|---|", *lines])


def _cell(text: str) -> str:
    return f"`{text}`".replace("|", "\\|") if text else ""


_EXAMPLE = re.compile(r"(?:^>>> .*\n(?:^(?!\n|>>> ).+\n)*)+", re.M)


def _prose(doc: str) -> str:
    """Return a docstring as Markdown: names in code, examples as blocks, errors as a list."""
    text, _, errors = doc.partition("\nRaises:\n")
    parts: list[str] = []
    end = 0
    for match in _EXAMPLE.finditer(text + "\n"):
        parts += [_marked(text[end : match.start()]), f"```python\n{code(match[0])}```"]
        end = match.end()
    parts.append(_marked(text[end:]))
    if errors:
        rows = re.split(r"\n(?=    ?(?! ))", "\n" + errors.rstrip())
        listed = [" ".join(row.split()) for row in rows if row.strip()]
        parts.append("**Errors**\n\n" + "\n".join(f"- {_error(row)}" for row in listed))
    return "\n\n".join(part.strip() for part in parts if part.strip())


def code(example: str) -> str:
    """Return an example's code without its prompts; what it shows becomes a comment."""
    lines = []
    for line in example.rstrip("\n").splitlines():
        lines.append(line[4:] if line.startswith((">>> ", "... ")) else f"# {line}")
    return "\n".join(lines) + "\n"


def _error(row: str) -> str:
    name, _, when = row.partition(":")
    return f"`{name}`:{when}"


def _marked(text: str) -> str:
    text = re.sub(r"``(.+?)``", r"`\1`", text)
    return text.replace("$", "\\$")


def examples(value: Any) -> list[str]:
    """Return the examples of a docstring as programs."""
    return [code(match[0]) for match in _EXAMPLE.finditer(_doc(value) + "\n")]
