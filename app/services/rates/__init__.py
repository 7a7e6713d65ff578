"""How much a key, and an address without one, may ask for in a time: token buckets, in this process or in Redis."""

from app.services.rates.policy import Limits, Policy
from app.services.rates.quotas import Quotas, quotas_of
from app.services.rates.tab import WRITE_ROWS, Counted, Tab, current_limits, limits_of, spend

__all__ = [
    "WRITE_ROWS",
    "Counted",
    "Limits",
    "Policy",
    "Quotas",
    "Tab",
    "current_limits",
    "limits_of",
    "quotas_of",
    "spend",
]
