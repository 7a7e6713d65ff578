"""The OpenAPI document, built from the declarations; `openapi.json` beside this file is its printed form."""

from schema.openapi.document import document, print_openapi

__all__ = ["document", "print_openapi"]
