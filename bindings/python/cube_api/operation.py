"""Methods that are written once for both doors: each describes its request, and its door has it sent."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar, overload

from cube_api.call import Call
from cube_api.doors import Async, AsyncListing, Listing, Sync
from cube_api.records import Page

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")
D = TypeVar("D", bound=Sync | Async)


class Through(Generic[D]):
    """What has methods, and the door through which they ask."""

    def __init__(self, door: D) -> None:
        self._door = door


class Operation(Generic[P, T]):
    """A method that describes one request. Called, it gives what the answer holds, or in `async` code is awaited."""

    def __init__(self, describe: Callable[Concatenate[Any, P], Call[T]]) -> None:
        self.describe = describe

    @overload
    def __get__(self, at: Through[Sync], owner: type | None = None) -> Callable[P, T]: ...

    @overload
    def __get__(self, at: Through[Async], owner: type | None = None) -> Callable[P, Coroutine[Any, Any, T]]: ...

    @overload
    def __get__(self, at: None, owner: type | None = None) -> Self: ...

    def __get__(self, at: Any, owner: type | None = None) -> Any:
        if at is None:
            return self

        @functools.wraps(self.describe)
        def operation(*args: P.args, **kwargs: P.kwargs) -> Any:
            return at._door.run(self.describe(at, *args, **kwargs))

        return operation


class Lists(Generic[P, R]):
    """A method that describes the first request for a list. Called, it gives a `Listing`, or an `AsyncListing`."""

    def __init__(self, describe: Callable[Concatenate[Any, P], Call[Page[R]]]) -> None:
        self.describe = describe

    @overload
    def __get__(self, at: Through[Sync], owner: type | None = None) -> Callable[P, Listing[R]]: ...

    @overload
    def __get__(self, at: Through[Async], owner: type | None = None) -> Callable[P, AsyncListing[R]]: ...

    @overload
    def __get__(self, at: None, owner: type | None = None) -> Self: ...

    def __get__(self, at: Any, owner: type | None = None) -> Any:
        if at is None:
            return self

        @functools.wraps(self.describe)
        def listing(*args: P.args, **kwargs: P.kwargs) -> Any:
            return at._door.listing(self.describe(at, *args, **kwargs))

        return listing
