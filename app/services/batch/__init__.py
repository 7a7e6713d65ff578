"""Batches: many operations in one transaction, all or each by itself, with one answer for each."""

from app.services.batch.doing import Done, Result
from app.services.batch.run import check_batch, perform_batch
from app.services.batch.turns import by_itself

__all__ = ["Done", "Result", "by_itself", "check_batch", "perform_batch"]
