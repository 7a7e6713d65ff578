"""Countries, locales and time zones."""

from zoneinfo import ZoneInfo

import pycountry
import pytest

from schema.values.country import CODES, country
from schema.values.fault import Fault
from schema.values.locale import locale, time_zone


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("DE", "DE de DEU deu Germany GERMANY Deutschland Allemagne Alemania Германия ドイツ"),
        ("US", "us USA U.S.A. U.S."),
        ("GB", "UK uk GBR England Scotland"),
        ("BR", "Brasil Brazil"),
        ("ES", "España Espana Spain"),
        ("FR", "FRANCE"),
        ("NL", "Holland Netherlands Nederland"),
        ("CH", "Schweiz Suisse Svizzera"),
        ("AT", "Österreich Osterreich"),
        ("TR", "Turkey Türkiye"),
        ("IE", "Ireland Éire"),
        ("RU", "Russia Россия"),
        ("VN", "Vietnam"),
        ("BO", "Bolivia"),
        ("VE", "Venezuela"),
        ("TW", "Taiwan"),
        ("JP", "日本 Japan"),
        ("KR", "대한민국 Korea"),
        ("CZ", "Czechia Česko"),
        ("XK", "Kosovo XKX"),
    ],
)
def test_one_word(code, names):
    assert {country(name) for name in names.split()} == {code}


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("US", "The United States of America"),
        ("US", " united states "),
        ("GB", "Great Britain"),
        ("GB", "United Kingdom"),
        ("CZ", "Czech Republic"),
        ("KR", "South Korea"),
        ("KP", "North Korea"),
        ("CI", "Côte d’Ivoire"),
        ("CI", "Ivory Coast"),
        ("TT", "Trinidad & Tobago"),
        ("LC", "St Lucia"),
        ("CD", "DR Congo"),
        ("MK", "North Macedonia"),
        ("VA", "Vatican City"),
        ("AE", "United Arab Emirates"),
    ],
)
def test_several_words(code, name):
    assert country(name) == code


@pytest.mark.parametrize("value", ["ZZ", "XX", "EU", "Atlantis", "ß", "12", "Kongo", "", None, 49, "D\0E"])
def test_not_a_country(value):
    with pytest.raises(Fault):
        country(value)


def test_codes_are_those_of_iso_and_kosovo():
    assert {entry.alpha_2 for entry in pycountry.countries} | {"XK"} == CODES


def test_each_country_is_known_by_all_that_iso_gives_it():
    for entry in pycountry.countries:
        for attribute in ("alpha_2", "alpha_3", "name", "official_name", "common_name"):
            if name := getattr(entry, attribute, None):
                assert country(name) == entry.alpha_2, name


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        ("en", "en"),
        ("PT_br", "pt-BR"),
        ("pt-BR", "pt-BR"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("de-CH-1996", "de-CH-1996"),
        ("sl-rozaj-biske", "sl-rozaj-biske"),
        ("EN-us-U-CA-Gregory-x-A", "en-US-u-ca-gregory-x-a"),
        (" fil ", "fil"),
    ],
)
def test_locale(value, tag):
    assert locale(value) == tag
    assert locale(tag) == tag


@pytest.mark.parametrize(
    "value",
    ["english", "e", "en-", "-en", "en--US", "en US", "pt_BR.UTF-8", "C", "x-y", "ｅｎ", "", 1, "en-" + "a" * 40],
)
def test_not_a_locale(value):
    with pytest.raises(Fault):
        locale(value)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("AMERICA/ARGENTINA/BUENOS_AIRES", "America/Argentina/Buenos_Aires"),
        ("utc", "UTC"),
        ("Asia/Calcutta", "Asia/Calcutta"),
    ],
)
def test_time_zone(value, name):
    assert time_zone(value) == name
    assert ZoneInfo(name).key == name


@pytest.mark.parametrize(
    "value", ["Berlin", "Europe/Atlantis", "+02:00", "GMT+2:00", "../etc/passwd", "/usr/share", "localtime", "", 2]
)
def test_not_a_time_zone(value):
    with pytest.raises(Fault):
        time_zone(value)
