"""Whether an answer that a guide shows is the one that came, up to ids, instants, traces, and what `…` leaves out."""

from __future__ import annotations

import re
from typing import Any

REST = "…"
# What is new each time: of it only the form is compared.
_NEW = (
    (re.compile(r"\b(usr|cli|cus|key)_[0-9a-z]{26}\b"), r"<\1>"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<instant>"),
    (re.compile(r"\b00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]\b"), "<trace>"),
    (re.compile(r"^cube_\w+$"), "<key>"),
)


def different(shown: Any, true: Any, path: str = "answer") -> str:
    """Where what is shown differs from what came, and how; empty when it does not."""
    if isinstance(shown, dict) and isinstance(true, dict):
        return _members(shown, true, path)
    if isinstance(shown, list) and isinstance(true, list):
        return _items(shown, true, path)
    if isinstance(shown, str) and isinstance(true, str):
        if shown.endswith(REST) and true.startswith(shown.removesuffix(REST)):
            return ""
        return "" if _plain(shown) == _plain(true) else f"{path}: {shown!r} is shown, {true!r} came"
    same = type(shown) is type(true) and shown == true
    return "" if same else f"{path}: {shown!r} is shown, {true!r} came"


def _members(shown: dict[str, Any], true: dict[str, Any], path: str) -> str:
    names = [name for name in shown if name != REST]
    came = [name for name in true if name in shown] if REST in shown else list(true)
    if names != came:
        return f"{path}: {names} are shown, {came} came"
    return next(filter(None, (different(shown[name], true[name], f"{path}.{name}") for name in names)), "")


def _items(shown: list[Any], true: list[Any], path: str) -> str:
    items = shown[:-1] if shown and shown[-1] == REST else shown
    if len(items) > len(true) if items is not shown else len(items) != len(true):
        return f"{path}: {len(items)} are shown, {len(true)} came"
    pairs = enumerate(zip(items, true, strict=False))
    return next(filter(None, (different(one, other, f"{path}[{i}]") for i, (one, other) in pairs)), "")


def _plain(text: str) -> str:
    for pattern, name in _NEW:
        text = pattern.sub(name, text)
    return text
