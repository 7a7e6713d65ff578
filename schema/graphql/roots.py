"""The root fields: what each does, to which resource, and how it is called and answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import strawberry

from schema.graphql import filters, types
from schema.graphql.inputs import CREATES, UPDATES
from schema.graphql.making import Member, list_of, optional, output
from schema.graphql.operations import ARGUMENTS, OperationResult
from schema.resource import Resource
from schema.resources import API_KEY, DIRECTORY, RESOURCES


class Does(StrEnum):
    """What a root field does."""

    LIST = "list"
    SINGLE = "single"
    STATS = "stats"
    NODE = "node"
    NODES = "nodes"
    ME = "me"
    CREATE = "create"
    UPDATE = "update"
    UPSERT = "upsert"
    DELETE = "delete"
    RESTORE = "restore"
    CREATE_KEY = "createKey"
    ROTATE_KEY = "rotateKey"
    BATCH = "batch"


@dataclass(frozen=True, slots=True)
class Root:
    """A root field."""

    does: Does
    resource: Resource
    member: Member


REFERENCE = Member("id", strawberry.ID, "An id, or a reference such as email:jane@x.io or erp:42.")
KEY_ID = Member("id", strawberry.ID, "The key's id.")
IF_VERSION = Member("ifVersion", optional(int), "Refuse unless the record has this version.")
DRY_RUN = Member("dryRun", optional(bool), "Check and answer as if it were done, and store nothing.", default=False)
DAY = 86_400


def queries(resource: Resource) -> list[Root]:
    """The list and the record of a resource."""
    node, connection = getattr(types, resource.type), getattr(types, f"{resource.type}Connection")
    many = Member(resource.plural, connection, f"A page of {resource.path}.", arguments=types.list_arguments(resource))
    single = (REFERENCE, types.DELETED) if resource.deletable else (KEY_ID,)
    one = Member(resource.name, optional(node), f"One {resource.name}; null when there is none.", arguments=single)
    return [Root(Does.LIST, resource, many), Root(Does.SINGLE, resource, one)]


def stats(resource: Resource) -> Root:
    """The counts of a resource."""
    arguments = (
        Member(
            "by",
            list[str],
            "The fields to count by, at most 5: the names that REST sorts by, with dots through relations.",
        ),
        Member("filter", optional(getattr(filters, f"{resource.type}Filter")), "Which records."),
        Member("search", optional(str), "At most 8 words, each the beginning of a word."),
    )
    doc = f"How many {resource.path} there are for each combination of values, most first."
    return Root(Does.STATS, resource, Member(f"{resource.name}Stats", list_of(types.Stat), doc, arguments=arguments))


def mutations(resource: Resource) -> list[Root]:
    """The writes of a resource of the directory."""
    node, name = getattr(types, resource.type), resource.name
    create = Member("input", CREATES[name], f"The new {name}.")
    update = Member("input", UPDATES[name], "What to change.")
    made: list[tuple[Does, Any, str, tuple[Member, ...]]] = [
        (Does.CREATE, node, f"Makes a {name}.", (create,)),
        (Does.UPDATE, node, f"Changes a {name}.", (REFERENCE, update, IF_VERSION)),
        (
            Does.UPSERT,
            getattr(types, f"{resource.type}Upsert"),
            f"Updates the {name} of a reference; restores it when it is deleted, makes it when there is none.",
            (REFERENCE, update, IF_VERSION),
        ),
        (Does.DELETE, node, f"Deletes a {name}; it can be restored.", (REFERENCE, IF_VERSION)),
        (Does.RESTORE, node, f"Restores a deleted {name}.", (REFERENCE, IF_VERSION)),
    ]
    return [
        Root(does, resource, Member(f"{does}{resource.type}", type_, doc, arguments=(*arguments, DRY_RUN)))
        for does, type_, doc, arguments in made
    ]


def key_mutations() -> list[Root]:
    """The writes of API keys."""
    create, update = (
        Member("input", table[API_KEY.name], doc)
        for table, doc in ((CREATES, "The new key."), (UPDATES, "What to change."))
    )
    overlap = Member("overlapSeconds", optional(int), "How long the old secret lives on.", default=DAY)
    made: list[tuple[Does, str, Any, str, tuple[Member, ...]]] = [
        (Does.CREATE_KEY, "createApiKey", types.ApiKeySecret, "Makes a key and shows its secret.", (create,)),
        (
            Does.ROTATE_KEY,
            "rotateApiKey",
            types.ApiKeySecret,
            "Gives a key a new secret.",
            (KEY_ID, overlap, IF_VERSION),
        ),
        (Does.UPDATE, "updateApiKey", types.ApiKey, "Changes a key.", (KEY_ID, update, IF_VERSION)),
        (Does.DELETE, "revokeApiKey", types.ApiKey, "Ends a key at once.", (KEY_ID, IF_VERSION)),
    ]
    return [
        Root(does, API_KEY, Member(name, type_, doc, arguments=(*arguments, DRY_RUN)))
        for does, name, type_, doc, arguments in made
    ]


IDS = Member("ids", list[strawberry.ID], "At most 100 ids of any resources.")
ANY = (
    Root(
        Does.NODE,
        API_KEY,
        Member(
            "node",
            optional(types.Node),
            "The record of any resource with this id.",
            arguments=(Member("id", strawberry.ID, "An id."),),
        ),
    ),
    Root(
        Does.NODES,
        API_KEY,
        Member("nodes", list_of(optional(types.Node)), "The records with these ids, in their order.", arguments=(IDS,)),
    ),
    Root(Does.ME, API_KEY, Member("me", types.ApiKey, "The key that this request is made with.")),
)


BATCH = Root(
    Does.BATCH,
    API_KEY,
    Member(
        "batch", list_of(OperationResult), "Does many operations in one transaction.", arguments=(*ARGUMENTS, DRY_RUN)
    ),
)


def _named(*roots: Root) -> Mapping[str, Root]:
    return {root.member.name: root for root in roots}


QUERIES = _named(*(q for r in RESOURCES for q in queries(r)), *(stats(r) for r in DIRECTORY), *ANY)
MUTATIONS = _named(*(m for r in DIRECTORY for m in mutations(r)), *key_mutations(), BATCH)

Query = output("Query", "Everything that can be read.", [root.member for root in QUERIES.values()])
Mutation = output(
    "Mutation",
    "Everything that can be changed; several run one after another.",
    [root.member for root in MUTATIONS.values()],
)
