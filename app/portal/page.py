"""The page that all guides share, filled in: the guide, the navigation, and on one of them the reader's own keys."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.portal.account import Account
from app.portal.dry_run import lasts
from app.portal.examples import LANGUAGES, OTHERS
from app.portal.guides import NAVIGATION, Guide
from app.portal.markdown import code_html
from app.portal.search import Entry
from app.portal.static import DIRECTORY, kept_url

HTML = "text/html; charset=utf-8"
NOTHING_ELSE = "base-uri 'none'; frame-ancestors 'none'"
EXPLORER = "explorer"
EXPLORER_TITLE = "REST explorer"
# Scripts and styles are files of this site, and what scripts ask is asked of this site.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    f"form-action 'self'; {NOTHING_ELSE}"
)

_NAVIGATION = NAVIGATION | {"Reference": NAVIGATION["Reference"] | {EXPLORER: EXPLORER_TITLE}}
_templates = Environment(
    loader=FileSystemLoader(DIRECTORY.parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters |= {"code": code_html, "kept": kept_url}
_templates.tests |= {"lasting": lasts}
_templates.globals |= {"navigation": _NAVIGATION, "languages": LANGUAGES, "language_names": LANGUAGES | OTHERS}


def page(guide: Guide, account: Account | None = None) -> str:
    """The HTML of a guide. An account stands before its second section, where the reader need not look for it."""
    return _rendered("guide.html", name=guide.name, title=guide.title, guide=guide, account=account, asked="")


def search_page(asked: str, found: Sequence[Entry]) -> str:
    """The HTML of what was found, for whoever has no scripts or wants the whole list."""
    return _rendered("search.html", name="search", title="Search", guide=None, asked=asked, found=found)


def explorer_page() -> str:
    """The HTML of the explorer of `/openapi.json`, which its scripts fill."""
    return _rendered("explorer.html", name=EXPLORER, title=EXPLORER_TITLE, guide=None, account=None, asked="")


def _rendered(template: str, **values: object) -> str:
    return _templates.get_template(template).render(values, version=installed_version())


@cache
def installed_version() -> str:
    """The version of the installed package; of a bare checkout, none is known."""
    try:
        return version("cube-directory")
    except PackageNotFoundError:
        return "0.0.0"
