"""Many records in one unit of work: as any other door writes them, but looked up and sent together."""

from app.services.bulk.create import create
from app.services.bulk.deferred import Deferred
from app.services.bulk.known import Known, keys, look_up

__all__ = ["Deferred", "Known", "create", "keys", "look_up"]
