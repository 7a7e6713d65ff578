"""The GraphQL door: one route that takes documents, and answers them in GraphQL's own form."""

from app.graphql.door import graphql_route

__all__ = ["graphql_route"]
