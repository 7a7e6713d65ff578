"""GraphQL documents that are harder to say in REST than those of the guides."""

from __future__ import annotations

from typing import Any

FRAGMENTS = """
query Both($yes: Boolean = true, $no: Boolean!) {
  mine: customers(first: 3, orderBy: {field: CLIENT_OWNER_TIME_ZONE}) { ...Page }
  theirs: customers(first: 2, orderBy: [{field: EMAIL, direction: DESC}], filter: {status: {in: ACTIVE}}) { ...Page }
}
fragment Page on CustomerConnection {
  edges { cursor node { ...Who nick: name @include(if: $yes) phone @skip(if: $yes) title @include(if: $no) } }
  again: nodes { ...Who __typename }
  pageInfo { more: hasNextPage hasPreviousPage endCursor }
  totalCount
}
fragment Who on Customer { id ... on Customer { email client { called: name address { city country } } } owner { id } }
"""

READS: dict[str, str] = {
    "nested lists": """{
      clients(first: 3) {
        nodes { customers(first: 2) { nodes { name owner { name } changes { totalCount } } } }
      }
    }""",
    "the end of a list": """{
      clients(last: 4, orderBy: [{field: NAME}]) { nodes { name } pageInfo { hasNextPage hasPreviousPage } }
    }""",
    "no records": "{ clients { totalCount } customers { pageInfo { hasNextPage } } }",
    "lists of one": """{
      client(id: "domain:cafe-conceicao.example") {
        customers(last: 2, orderBy: {field: NAME}) { nodes { name } }
        some: customers(filter: {not: {status: {eq: LEAD}}}, search: "a") { totalCount nodes { id } }
        end: customers(filter: {not: {status: {eq: LEAD}}}, last: 2) { totalCount nodes { id } }
      }
    }""",
    "a list through one": """{
      customers(first: 4) { nodes { name client { name customers(first: 1) { nodes { name } } parent { id } } } }
    }""",
    "deeper than REST": """{
      clients(filter: {parentId: {isNull: false}}) {
        nodes { name parent { parent { parent { parent { parent { name } } } } } }
      }
    }""",
    "two conditions on one field": """{
      customers(filter: {createdAt: {gte: "2020-01-01T00:00:00Z", lt: "2030-01-01T00:00:00Z"}, tags: {has: "vip"}}) {
        nodes { name }
      }
    }""",
    "commas": """{ customers(filter: {email: {in: ["a,b", "c'd&e"]}}) { nodes { id } } }""",
    "one of nothing": "{ customers(filter: {email: {in: []}}) { totalCount } }",
    "text like a number": '{ customers(filter: {metadata: {plan: {eq: "5"}}}) { nodes { name metadata } } }',
    "a key": '{ customers(filter: {externalIds: {sample: {eq: "customer-7"}}}) { nodes { name externalIds } } }',
    "a relation to many": """{
      clients(filter: {customers: {status: {eq: CHURNED}}, employees: {gte: 10}}) { nodes { name employees } }
    }""",
    "signs": """{
      customers(filter: {address: {city: {startsWith: "S"}}, name: {contains: "a"}, phone: {ne: "+1 & 'c'"}}) {
        nodes { name phone }
      }
    }""",
    "no filter": """{
      customers(filter: {}) { totalCount }
      users(filter: null, deleted: INCLUDE) { nodes { name deletedAt } }
    }""",
    "counts": '{ clientStats(by: "industry", filter: {status: {eq: ACTIVE}}, search: "a") { n: count by } }',
    "keys": "{ apiKeys { nodes { id name scopes owner { email } limits } } me { tokenExpiresAt scopes } }",
    "nobody": '{ none: customer(id: "nobody") { name changes { totalCount } } node(id: "cus_x") { id } }',
    "the end of a history": """{
      customer(id: "sample:customer-7") { again: changes(last: 1) { nodes { action version } totalCount } }
    }""",
}

# What both doors refuse.
REFUSED: dict[str, str] = {
    "too many": "{ customers(first: 5000) { nodes { name } } }",
    "both ends": "{ customers(first: 2, last: 2) { nodes { name } } }",
    "no cursor": '{ customers(after: "nonsense") { nodes { name } } }',
    "no field": "{ customers { nodes { nam } } }",
}

VARIED: list[tuple[str, dict[str, Any], str | None]] = [
    (FRAGMENTS, {"no": False}, None),
    (
        "query A { users { totalCount } } query B { me { name owner { name clients(first: 2) { nodes { name } } } } }",
        {},
        "B",
    ),
    (
        "query ($f: CustomerFilter) { customers(filter: $f) { totalCount } }",
        {"f": {"email": {"notIn": ["x" * 200] * 90}}},
        None,
    ),
    (
        "query ($o: [CustomerOrder!], $q: String) { customers(orderBy: $o, search: $q, first: 5) { nodes { name } } }",
        {"o": {"field": "FAMILY_NAME", "direction": "DESC"}},
        None,
    ),
]

CURSORS = """
query ($first: Int, $after: String, $last: Int, $before: String) {
  customers(
    filter: {
      status: {in: [ACTIVE, LEAD]}
      createdAt: {gte: "2001-01-01T00:00:00Z"}
      client: {industry: {eq: "Software"}}
    }
    orderBy: [{field: CLIENT_NAME}, {field: NAME, direction: DESC}]
    first: $first
    after: $after
    last: $last
    before: $before
  ) {
    nodes { name }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""

NODES = """
query ($ids: [ID!]!) {
  nodes(ids: $ids) { id ... on Customer { name client { name } } ... on Client { domain } }
}
"""

WRITES = """
mutation ($tag: [String!] = "vip") {
  one: createClient(
    input: {
      name: "O'Neil & \\"Sons\\" $HOME `x`"
      domain: "oneil.example"
      tags: $tag
      ownerId: "email:zoe@cube.example"
    }
  ) {
    id name tags owner { name clients { totalCount } }
  }
  two: createCustomer(input: {name: "Pat", email: "pat@oneil.example", clientId: "domain:oneil.example"}) {
    name client { name owner { name } } changes { nodes { action } }
  }
  upsertCustomer(id: "email:pat@oneil.example", input: {title: "Boss"}, ifVersion: 1) {
    outcome customer { title client { name } }
  }
  updateCustomer(id: "email:pat@oneil.example", input: {address: {city: "Rio"}}, dryRun: true) {
    address { city } client { name }
  }
  deleteCustomer(id: "email:pat@oneil.example", ifVersion: 2) { deletedAt name client { name } }
  batch(atomic: false, operations: {op: delete, resource: clients, id: "domain:oneil.example"}) { statusCode data }
}
"""
