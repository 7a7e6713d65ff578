"""The pages that Cube serves to people: guides, the REST explorer, GraphiQL, and their static files."""

from app.portal.pages import graphiql_page, routes, wants_html

__all__ = ["graphiql_page", "routes", "wants_html"]
