"""Cube's directory of users, customers and clients, from Python: `Cube` for plain code, `AsyncCube` for `async` code.

    from cube_api import Cube

    with Cube("https://cube.example", "cube_…") as cube:   # or from CUBE_URL and CUBE_KEY
        for customer in cube.customers.list(status="ACTIVE", expand=["client"]):
            print(customer["name"], customer["email"])

Nothing is written twice for `async`: a method (`methods`, `directory`) describes its request, and a door (`doors`) has
it sent, and sent again (`manner`).
"""

from cube_api.call import Call
from cube_api.directory import AsyncCube, Cube, Directory
from cube_api.doors import Async, AsyncListing, Listing, Sync
from cube_api.errors import (
    AuthenticationError,
    BadRequestError,
    ConflictError,
    CubeError,
    GraphQLError,
    NoAnswerError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionFailedError,
    RateLimitError,
    ServerError,
)
from cube_api.inputs import (
    AddressInput,
    ApiKeyInput,
    BatchOperation,
    ClientInput,
    CustomerInput,
    DirectoryInput,
    UserInput,
)
from cube_api.manner import LONGEST_WAIT, Answer, Manner, __version__
from cube_api.methods import ApiKeys, DirectoryRecords, Records
from cube_api.records import (
    Address,
    ApiKey,
    BatchResult,
    Change,
    ChangeActor,
    Client,
    Customer,
    DirectoryRecord,
    Json,
    Me,
    Page,
    Results,
    Stat,
    Stats,
    Token,
    Upserted,
    User,
)
from cube_api.request import Deleted, Names, Request

__all__ = [
    "LONGEST_WAIT",
    "Address",
    "AddressInput",
    "Answer",
    "ApiKey",
    "ApiKeyInput",
    "ApiKeys",
    "Async",
    "AsyncCube",
    "AsyncListing",
    "AuthenticationError",
    "BadRequestError",
    "BatchOperation",
    "BatchResult",
    "Call",
    "Change",
    "ChangeActor",
    "Client",
    "ClientInput",
    "ConflictError",
    "Cube",
    "CubeError",
    "Customer",
    "CustomerInput",
    "Deleted",
    "Directory",
    "DirectoryInput",
    "DirectoryRecord",
    "DirectoryRecords",
    "GraphQLError",
    "Json",
    "Listing",
    "Manner",
    "Me",
    "Names",
    "NoAnswerError",
    "NotFoundError",
    "Page",
    "PermissionDeniedError",
    "PreconditionFailedError",
    "RateLimitError",
    "Records",
    "Request",
    "Results",
    "ServerError",
    "Stat",
    "Stats",
    "Sync",
    "Token",
    "Upserted",
    "User",
    "UserInput",
    "__version__",
]
