"""The first looks at a request, before anybody asks what it wants: each may refuse it, or answer it at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

Look = Callable[[Scope], ASGIApp | None]
"""Raises what is wrong with a request; gives the answer of one that goes no further."""


class Entrance:
    """Lets in what all looks have let pass. They are one layer: each by itself would cost more than its look."""

    def __init__(self, app: ASGIApp, looks: Sequence[Look]) -> None:
        self.app = app
        self.looks = looks

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        for look in self.looks:
            answer = look(scope)
            if answer is not None:
                return answer(scope, receive, send)
        return self.app(scope, receive, send)
