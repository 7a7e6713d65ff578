"""The doors: `Sync` and `Async` have calls sent, and lists fetched page by page."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import Generic, TypeVar

import httpx

from cube_api.call import Call, following
from cube_api.manner import Manner
from cube_api.records import Page
from cube_api.request import Request

T = TypeVar("T")
R = TypeVar("R")


class Sync:
    """The door of plain code: what a method describes is done when it returns."""

    def __init__(self, manner: Manner, http: httpx.Client) -> None:
        self.manner, self.http = manner, http

    def run(self, call: Call[T]) -> T:
        steps = self.manner.steps(call)
        try:
            step = next(steps)
            while True:
                if isinstance(step, Request):
                    try:
                        answer = self.http.request(
                            step.method,
                            f"{self.manner.url}{step.url}",
                            content=step.content,
                            headers=self.manner.headers(step),
                        )
                    except httpx.RequestError as fault:
                        step = steps.throw(fault)
                    else:
                        step = steps.send(answer)
                else:
                    time.sleep(step)
                    step = next(steps)
        except StopIteration as done:
            found: T = done.value
            return found

    def listing(self, call: Call[Page[R]]) -> Listing[R]:
        return Listing(self, call)


class Async:
    """The door of `async` code: what a method describes is done when it is awaited."""

    def __init__(self, manner: Manner, http: httpx.AsyncClient) -> None:
        self.manner, self.http = manner, http

    async def run(self, call: Call[T]) -> T:
        steps = self.manner.steps(call)
        try:
            step = next(steps)
            while True:
                if isinstance(step, Request):
                    try:
                        answer = await self.http.request(
                            step.method,
                            f"{self.manner.url}{step.url}",
                            content=step.content,
                            headers=self.manner.headers(step),
                        )
                    except httpx.RequestError as fault:
                        step = steps.throw(fault)
                    else:
                        step = steps.send(answer)
                else:
                    await asyncio.sleep(step)
                    step = next(steps)
        except StopIteration as done:
            found: T = done.value
            return found

    def listing(self, call: Call[Page[R]]) -> AsyncListing[R]:
        return AsyncListing(self, call)


class Listing(Generic[R]):
    """A list. To iterate goes over all of its records, and fetches each page when it is needed."""

    def __init__(self, door: Sync, call: Call[Page[R]]) -> None:
        self._door, self._call = door, call

    def __iter__(self) -> Iterator[R]:
        for page in self.pages():
            yield from page.data

    def pages(self) -> Iterator[Page[R]]:
        call: Call[Page[R]] | None = self._call
        while call is not None:
            page = self._door.run(call)
            yield page
            call = following(call, page)

    def first_page(self) -> Page[R]:
        return self._door.run(self._call)


class AsyncListing(Generic[R]):
    """A list. `async for` goes over all of its records, and fetches each page when it is needed."""

    def __init__(self, door: Async, call: Call[Page[R]]) -> None:
        self._door, self._call = door, call

    async def __aiter__(self) -> AsyncIterator[R]:
        async for page in self.pages():
            for record in page.data:
                yield record

    async def pages(self) -> AsyncIterator[Page[R]]:
        call: Call[Page[R]] | None = self._call
        while call is not None:
            page = await self._door.run(call)
            yield page
            call = following(call, page)

    async def first_page(self) -> Page[R]:
        return await self._door.run(self._call)
