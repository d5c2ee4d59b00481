"""The database, as a command opens it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from bot.app import see_to_schema
from bot.settings import StoreSettings, load
from bot.store import Store
from bot.store.embedded import database


@contextmanager
def opened() -> Iterator[Store]:
    """The store, whatever is in it."""
    settings = load(StoreSettings)
    with database(settings.url, settings.data_dir) as address, closing(Store(address)) as store:
        yield store


@contextmanager
def data() -> Iterator[Store]:
    """The store, with its tables."""
    with opened() as store:
        see_to_schema(store, ours=load(StoreSettings).url is None)
        yield store
