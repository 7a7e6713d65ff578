"""Text: the form that is stored, the form that is compared, and the words that are searched."""

import re
import unicodedata

from schema.values.fault import Fault

# Zero-width joiner and non-joiner (U+200C, U+200D) stay legal: several scripts and many emoji are spelt with them.
_REFUSED = re.compile(
    r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_REFUSED_IN_LINES = re.compile(_REFUSED.pattern.replace(r"\x00-\x1f", r"\x00-\x08\x0b-\x1f"))
_LINE_BREAK = re.compile("\r\n|[\r\u2028\u2029]")
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
# White space that is a control character beside tab and line breaks is refused, not trimmed.
_SPACE = "\t\n\r \u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_INVISIBLE = _SPACE + "\u200c\u200d\ufe0e\ufe0f"

_UNDECOMPOSED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i"})
_PART = re.compile(r"[^\W_]+")


def clean(value: object, *, max_length: int, lines: bool = False) -> str | None:
    """Trimmed NFC text without control or invisible characters; blank text is None.

    `lines` admits tabs and line breaks, the latter all as `\\n`.
    """
    if isinstance(value, str) and value.isascii() and value.isprintable():  # `_is_simple`, spared a call
        text = value.strip(" ")
        return _of_length(text, max_length) if len(text) > max_length else text or None
    return None if blank(value) else visible(_text(value).strip(_SPACE), max_length=max_length, lines=lines)


def filled(value: object, *, max_length: int) -> str:
    """As `clean`, where blank text is a fault."""
    text = clean(value, max_length=max_length)
    if text is None:
        raise Fault("must not be blank")
    return text


def blank(value: object) -> bool:
    """Whether a value is text of which nothing can be seen: every door takes it for null."""
    return isinstance(value, str) and (not value or (value[0] in _INVISIBLE and not value.strip(_INVISIBLE)))


def visible(value: object, *, max_length: int, lines: bool = False) -> str:
    """As `clean`, but neither trimmed nor emptied: for values whose spaces may mean something."""
    text = _text(value)
    if _is_simple(text):
        return _of_length(text, max_length)
    if lines:
        text = _LINE_BREAK.sub("\n", text)
    refused = (_REFUSED_IN_LINES if lines else _REFUSED).search(text)
    if refused:
        raise Fault(f"contains {_described(refused.group())}")
    return _of_length(unicodedata.normalize("NFC", text), max_length)


def plain(value: object) -> str:
    """NFC text that can be stored, otherwise as sent: the form of a filter's operand."""
    text = _text(value)
    if _is_simple(text):
        return text
    refused = _UNSTORABLE.search(text)
    if refused:
        raise Fault(f"contains {_described(refused.group())}")
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """NFKD, marks removed, casefold, and the letters that do not decompose; folding again changes nothing."""
    if text.isascii():
        return text.lower()
    # Casefolding can yield marks again (İ), hence the second removal.
    return _unmarked(_unmarked(text).casefold()).translate(_UNDECOMPOSED)


def words(text: str) -> list[str]:
    """The folded words of a text for search: each token whole, then its alphanumeric parts, without repeats."""
    found: dict[str, None] = {}
    for token in fold(text).split():
        found[token] = None
        if not token.isalnum():
            found.update(dict.fromkeys(_PART.findall(token)))
    return list(found)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Fault("must be text")
    return value


def _is_simple(text: str) -> bool:
    """Whether it is of ASCII's visible characters and spaces: then it has its one form already."""
    return text.isascii() and text.isprintable()


def _of_length(text: str, most: int) -> str:
    if len(text) > most:
        raise Fault(f"is longer than {most} characters")
    return text


def _unmarked(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if unicodedata.category(character)[0] != "M")


def _described(character: str) -> str:
    code = f"U+{ord(character):04X}"
    match unicodedata.category(character):
        case "Cs":
            return f"a lone surrogate ({code})"
        case "Cc" if character in "\r\n":
            return "a line break"
        case "Cc":
            return f"a control character ({code})"
        case "Zl" | "Zp":
            return f"a line break ({code})"
        case _:
            return f"an invisible character ({code})"
