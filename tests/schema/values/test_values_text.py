"""Text: what is trimmed, what is refused, how it folds and what words it has."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.values.fault import Fault, Faults
from schema.values.text import blank, clean, filled, fold, plain, visible, words

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))


def refusal(value, **options):
    with pytest.raises(Fault) as caught:
        clean(value, **{"max_length": 100, **options})
    return caught.value.text


@pytest.mark.parametrize("value", ["Jane", " Jane ", "\u3000Jane\u00a0", "\tJane\r\n", "\u2003Jane\u2028"])
def test_unicode_white_space_is_trimmed(value):
    assert clean(value, max_length=4) == "Jane"


@pytest.mark.parametrize(
    "value", ["", " ", " " * 20, "\u3000\t", "\u200d", " \u200c ", "\u200d\t\u200d", "\u200d\u2028\u200d"]
)
def test_blank_text_is_none(value):
    assert clean(value, max_length=10) is None
    assert blank(value)
    with pytest.raises(Fault, match=r"^must not be blank$"):
        filled(value, max_length=10)


def test_text_is_composed_before_it_is_measured():
    assert clean("Jose\u0301", max_length=4) == "José"


def test_too_long_text_names_the_limit():
    assert refusal("x" * 101) == "is longer than 100 characters"


@pytest.mark.parametrize("value", [None, 1, True, 1.5, [], {}])
def test_other_types_are_refused(value):
    assert refusal(value) == "must be text"


@pytest.mark.parametrize(
    ("character", "text"),
    [
        ("\0", "contains a control character (U+0000)"),
        ("\x1b", "contains a control character (U+001B)"),
        ("\x7f", "contains a control character (U+007F)"),
        ("\x85", "contains a control character (U+0085)"),
        ("\t", "contains a control character (U+0009)"),
        ("\n", "contains a line break"),
        ("\u2028", "contains a line break (U+2028)"),
        ("\ud800", "contains a lone surrogate (U+D800)"),
        ("\u200b", "contains an invisible character (U+200B)"),
        ("\u202e", "contains an invisible character (U+202E)"),
        ("\u2066", "contains an invisible character (U+2066)"),
        ("\ufeff", "contains an invisible character (U+FEFF)"),
    ],
)
def test_control_and_invisible_characters_are_refused(character, text):
    assert refusal(f"a{character}b") == text


@pytest.mark.parametrize("value", ["\x0bJane", "Jane\x1f", "Jane\x85", "\ufeffJane", "Jane\0"])
def test_control_characters_are_not_trimmed_away(value):
    assert refusal(value).startswith("contains ")


def test_joiners_stay():
    assert clean("می‌خواهم", max_length=20) == "می‌خواهم"
    assert clean("👩‍💻", max_length=20) == "👩‍💻"


def test_lines_admit_tabs_and_line_breaks():
    assert clean(" a\r\nb\rc\u2028d\te\n", max_length=20, lines=True) == "a\nb\nc\nd\te"
    assert refusal("a\x0bb", lines=True) == "contains a control character (U+000B)"


def test_visible_keeps_spaces():
    assert visible(" a ", max_length=3) == " a "
    assert visible("", max_length=3) == ""


def test_plain_keeps_what_can_be_stored():
    assert plain(" e\u0301\u200b\n") == " é\u200b\n"
    for value in ("\0", "\udfff", 5):
        with pytest.raises(Fault):
            plain(value)


@given(ANY_TEXT)
def test_clean_text_is_clean_already(text):
    try:
        cleaned = clean(text, max_length=1000)
    except Fault:
        return
    if cleaned is not None:
        assert clean(cleaned, max_length=1000) == cleaned == unicodedata.normalize("NFC", cleaned)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("José ŁUKASZ", "jose lukasz"),
        ("Straße", "strasse"),
        ("Øre Đorđe Æsir Œuvre Ðóra Þór ılık İzmir", "ore dorde aesir oeuvre dora thor ilik izmir"),
        ("ＡＢＣ ﬁ ①", "abc fi 1"),
        ("Ǿ", "o"),
        ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("ᾳ", "α"),
        ("한", unicodedata.normalize("NFKD", "한")),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded


@given(ANY_TEXT)
def test_folding_again_changes_nothing(text):
    folded = fold(text)
    assert fold(folded) == folded
    assert not any(unicodedata.category(character).startswith("M") for character in folded)


@given(ANY_TEXT)
def test_every_normal_form_folds_alike(text):
    assert len({fold(unicodedata.normalize(form, text)) for form in ("NFC", "NFD", "NFKC", "NFKD")} | {fold(text)}) == 1


def test_every_character_folds_to_a_stable_form():
    characters = "\n".join(chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    folded = fold(characters)
    assert fold(folded) == folded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Gonçalves", ["goncalves"]),
        ("Anne-Marie  O'Neil", ["anne-marie", "anne", "marie", "o'neil", "o", "neil"]),
        ("jane.doe@x.io", ["jane.doe@x.io", "jane", "doe", "x", "io"]),
        ("a_b a", ["a_b", "a", "b"]),
        ("  ", []),
        ("-", ["-"]),
        ("株式会社　日本", ["株式会社", "日本"]),
    ],
)
def test_words(text, expected):
    assert words(text) == expected


@given(ANY_TEXT)
def test_words_are_folded_whole_and_unique(text):
    found = words(text)
    assert len(found) == len(set(found))
    assert all(word and word.split() == [word] and fold(word) == word for word in found)


def test_a_fault_gives_its_text_by_path():
    assert Fault("is wrong").at == {"": "is wrong"}
    faults = Faults({".a": "is wrong", "": "is bad"})
    assert isinstance(faults, ValueError)
    assert faults.at == {".a": "is wrong", "": "is bad"}
    assert faults.text == str(faults) == ".a: is wrong; is bad"
