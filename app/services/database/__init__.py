"""The database: reads on connections of their own, writes in one transaction each."""

from app.services.database.database import Database
from app.services.database.errors import LostRace, UniqueViolation
from app.services.database.limits import Limits
from app.services.database.transaction import Transaction

__all__ = ["Database", "Limits", "LostRace", "Transaction", "UniqueViolation"]
