"""The filter operators: what each means, and which kinds of field take which."""

from __future__ import annotations

from enum import StrEnum

from schema.resource import Field, Kind


class Operator(StrEnum):
    """An operator of a filter, by its public name."""

    EQ = "eq"
    NE = "ne"
    IN = "in"
    NOT_IN = "notIn"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    CONTAINS = "contains"
    STARTS_WITH = "startsWith"
    ENDS_WITH = "endsWith"
    IS_NULL = "isNull"
    HAS = "has"


MEANING: dict[Operator, str] = {
    Operator.EQ: "Equal, exact on text.",
    Operator.NE: "Not equal; null rows match.",
    Operator.IN: "Equal to one of at most 1,000 values; an empty list matches nothing.",
    Operator.NOT_IN: "Equal to none of them; null rows match.",
    Operator.LT: "Less than; text is compared folded, by code point.",
    Operator.LTE: "Less than or equal.",
    Operator.GT: "Greater than.",
    Operator.GTE: "Greater than or equal.",
    Operator.CONTAINS: "The folded text stands anywhere in it.",
    Operator.STARTS_WITH: "Begins with the folded text.",
    Operator.ENDS_WITH: "Ends with the folded text.",
    Operator.IS_NULL: "true: has no value; false: has one.",
    Operator.HAS: "The list holds this value.",
}

LOGIC = ("and", "or", "not")

EQUALITY = (Operator.EQ, Operator.NE, Operator.IN, Operator.NOT_IN)
ORDERING = (Operator.LT, Operator.LTE, Operator.GT, Operator.GTE)
MATCHING = (Operator.CONTAINS, Operator.STARTS_WITH, Operator.ENDS_WITH)
NULL = (Operator.IS_NULL,)

MAX_DEPTH = 5
MAX_CONDITIONS = 50
MAX_VALUES = 1000


def operators_of(field: Field) -> tuple[Operator, ...]:
    """The operators that a field takes; of a map, those that each of its keys takes."""
    match field.kind:
        case Kind.ENUM | Kind.ID | Kind.EXTERNAL_IDS:
            return (*EQUALITY, *NULL)
        case Kind.MEMBER:
            return EQUALITY
        case Kind.INTEGER | Kind.INSTANT:
            return (*EQUALITY, *ORDERING, *NULL)
        case Kind.TAGS | Kind.EMAILS | Kind.PHONES | Kind.SCOPES:
            return (Operator.HAS,)
        case Kind.ADDRESS:
            return NULL
        case Kind.FILTERS | Kind.NAMES | Kind.QUOTAS | Kind.DIFFERENCES | Kind.ACTOR:
            return ()
        case _:
            return (*EQUALITY, *ORDERING, *MATCHING, *NULL)
