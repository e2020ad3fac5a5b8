"""The only door to the database: `open_store(url, master_key)`."""

from ledger.store.crypto import MasterKey
from ledger.store.opening import Store, open_store
from ledger.store.reader import Reader
from ledger.store.writer import Writer

__all__ = ["MasterKey", "Reader", "Store", "Writer", "open_store"]
