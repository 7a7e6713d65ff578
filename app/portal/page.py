"""The page that all guides share, filled in: the guide, the navigation, and on one of them the reader's own keys."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.portal.account import Account
from app.portal.guides import NAVIGATION, Guide
from app.portal.static import DIRECTORY

HTML = "text/html; charset=utf-8"
NOTHING_ELSE = "base-uri 'none'; frame-ancestors 'none'"

_templates = Environment(
    loader=FileSystemLoader(DIRECTORY.parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(guide: Guide, account: Account | None = None) -> str:
    """The HTML of a guide. An account stands before its first section, where the reader need not look for it."""
    opening, _, rest = guide.html.partition("<h2 ")
    return _templates.get_template("page.html").render(
        guide=guide,
        opening=opening,
        rest=f"<h2 {rest}" if rest else "",
        account=account,
        navigation=NAVIGATION,
        version=installed_version(),
    )


@cache
def installed_version() -> str:
    """The version of the installed package; of a bare checkout, none is known."""
    try:
        return version("cube-directory")
    except PackageNotFoundError:
        return "0.0.0"
