"""What the fields of an event mean: the strings below them in the source."""

import ast
import inspect
from functools import cache

import msgspec


def field_docs(kind: type[msgspec.Struct]) -> dict[str, str]:
    """Return the documentation of a struct's fields by name, its bases' included; one line each."""
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        if issubclass(each, msgspec.Struct) and each is not msgspec.Struct:
            found |= _own(each)
    return found


def summary(kind: type[msgspec.Struct]) -> str:
    """Return what a struct is, in one line."""
    return _line(inspect.getdoc(kind) or "")


@cache
def _own(kind: type[msgspec.Struct]) -> dict[str, str]:
    tree = ast.parse(inspect.getsource(inspect.getmodule(kind) or kind))
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == kind.__name__:
            return {
                field.target.id: _line(below.value.value)
                for field, below in zip(node.body, node.body[1:], strict=False)
                if isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(below, ast.Expr)
                and isinstance(below.value, ast.Constant)
                and isinstance(below.value.value, str)
            }
    return {}


def _line(text: str) -> str:
    return " ".join(text.split())
