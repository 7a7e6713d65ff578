"""What is wrong with a value, in words that follow the name of its field."""

from collections.abc import Mapping


class Fault(ValueError):
    """One value is refused: `text` is written to stand after a path, as in "email: is not a valid address".

    `at` gives the same fact by path, relative to the field: `""` is the field itself, `.plan` a key of a map,
    `[3]` an item of a list. Whoever reports a fault joins the field's own path with each of them.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    @property
    def at(self) -> Mapping[str, str]:
        return {"": self.text}


class Faults(Fault):
    """Several parts of one map or list are refused, all reported at once: relative path to text."""

    def __init__(self, at: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{path}: {text}" if path else text for path, text in at.items()))
        self._at = dict(at)

    @property
    def at(self) -> Mapping[str, str]:
        return self._at
