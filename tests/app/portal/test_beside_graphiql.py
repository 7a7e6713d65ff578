"""What GraphiQL's page fetches: every example of the guides in their order, and REST's names for what GraphQL has."""

from __future__ import annotations

from typing import Any, cast

import httpx
from graphql import GraphQLEnumType, GraphQLObjectType

from app.portal.beside_graphiql import entries, rest_names
from app.portal.guides import TITLES, guide
from schema.graphql import SCHEMA
from schema.openapi import document

BASE = "https://cube.example"


def test_the_menu_has_every_example_of_the_guides(portal: httpx.Client):
    menu = portal.get("/docs/graphiql.json").json()["menu"]
    examples = {TITLES[name]: [one.document for one in guide(name, BASE).examples if one.document] for name in TITLES}
    assert {group["guide"]: [one["query"] for one in group["examples"]] for group in menu} == {
        title: found for title, found in examples.items() if found
    }
    assert [group["guide"] for group in menu] == [title for title, found in examples.items() if found]


def test_titles_part_the_examples_and_lead_to_their_heading(portal: httpx.Client):
    for name in TITLES:
        titles = [one.title for one in entries(guide(name, BASE))]
        assert len(set(titles)) == len(titles)
        page = portal.get(f"/docs/{name}").text
        assert all(f'id="{one.url.partition("#")[2]}"' in page for one in entries(guide(name, BASE)))


def test_it_is_fetched_once(portal: httpx.Client):
    answer = portal.get("/docs/graphiql.json", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-encoding"] == "gzip"
    again = portal.get("/docs/graphiql.json", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_every_root_field_and_order_has_a_name_in_rest():
    names = rest_names()
    roots = {
        **cast("GraphQLObjectType", SCHEMA.query_type).fields,
        **cast("GraphQLObjectType", SCHEMA.mutation_type).fields,
    }
    assert names["roots"].keys() == roots.keys()
    paths = document()["paths"]
    for resource in names["resources"].values():
        _check(resource, paths[f"/{resource['path']}"])


def _check(resource: dict[str, Any], path: dict[str, Any]) -> None:
    orders = cast("GraphQLEnumType", SCHEMA.type_map[f"{resource['type']}OrderField"]).values
    assert resource["sorts"].keys() == orders.keys()
    assert {"get", "post", "x-query"} <= path.keys()
