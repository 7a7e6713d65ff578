"""The pages that Cube serves to people: guides, the GraphQL explorer, and their static files."""

from app.portal.pages import graphiql_page, routes, wants_html

__all__ = ["graphiql_page", "routes", "wants_html"]
