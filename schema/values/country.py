"""Countries: ISO 3166-1 alpha-2, understood by code and by name."""

from collections.abc import Iterator
from functools import cache

from schema.values.fault import Fault
from schema.values.text import filled, fold

# XK is not in ISO 3166-1, but it is the code that post, banks and CLDR use for Kosovo.
_CODES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK
"""
CODES = frozenset(_CODES.split())
# Names in daily use that neither ISO nor CLDR lists.
_COMMON_NAMES = {
    "UK": "GB", "Britain": "GB", "Great Britain": "GB", "England": "GB", "Scotland": "GB", "Wales": "GB",
    "Northern Ireland": "GB", "Republic of Ireland": "IE", "America": "US", "Korea": "KR",
    "Republic of Korea": "KR", "Turkey": "TR", "Holland": "NL", "Macedonia": "MK", "Swaziland": "SZ", "Burma": "MM",
    "Ivory Coast": "CI", "Vatican": "VA", "Palestine": "PS", "Macau": "MO", "UAE": "AE", "KSA": "SA", "PRC": "CN",
    "DR Congo": "CD", "DRC": "CD", "Democratic Republic of the Congo": "CD", "Congo-Kinshasa": "CD",
    "Republic of the Congo": "CG", "Congo-Brazzaville": "CG", "Bosnia": "BA", "Antigua": "AG", "Trinidad": "TT",
    "Guyane": "GF", "XKX": "XK", "EL": "GR",
}  # fmt: skip
_LANGUAGES = (
    "de fr es pt it nl pl sv da nb nn fi cs sk hu ro tr el ru uk bg hr sr sl et lv lt is ga cy ca eu gl sq mk "
    "ja zh zh_Hant ko ar he fa vi id ms th hi"
)


def country(value: object) -> str:
    """The alpha-2 code of a country given by alpha-2 or alpha-3 in any case, or by a name in one of many languages."""
    text = filled(value, max_length=100)
    code: str | None = text.replace(".", "").upper()
    if code not in CODES or not text.isascii():
        code = _named().get(_key(text))
    if code is None:
        raise Fault("is not a country: give its ISO 3166-1 alpha-2 code, such as DE")
    return code


@cache
def _named() -> dict[str, str]:
    """Every known name; what two languages use for different countries (Kongo) is left out."""
    named = {_key(name): code for name, code in _english_names()}
    foreign: dict[str, set[str]] = {}
    for name, code in _foreign_names():
        foreign.setdefault(_key(name), set()).add(code)
    for key, codes in foreign.items():
        if len(codes) == 1:
            named.setdefault(key, *codes)
    return named


def _english_names() -> Iterator[tuple[str, str]]:
    import pycountry
    from babel import Locale

    for entry in pycountry.countries:
        for attribute in ("name", "official_name", "common_name", "alpha_3"):
            if name := getattr(entry, attribute, None):
                yield name, entry.alpha_2
    yield from ((name, code) for code, name in Locale("en").territories.items() if code in CODES)
    yield from _COMMON_NAMES.items()


def _foreign_names() -> Iterator[tuple[str, str]]:
    from babel import Locale

    for language in _LANGUAGES.split():
        territories = Locale.parse(language).territories
        yield from ((name, code) for code, name in territories.items() if code in CODES)


def _key(name: str) -> str:
    """What counts in a name: folded, without "the", "&" as "and", letters and digits alone."""
    folded = fold(name).replace("&", " and ").strip().removeprefix("the ")
    return "".join(character for character in folded if character.isalnum())
