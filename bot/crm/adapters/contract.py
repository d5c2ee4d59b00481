"""What an adapter is made of: how its CRM is reached, and how it connects."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from pydantic import SecretStr

from bot.crm.http import Pace
from bot.crm.port import Crm
from bot.sources import Request


class Access(NamedTuple):
    """How a CRM is reached: what the settings say of it."""

    address: str = ""
    """Empty: the vendor's own, where it has one for everybody."""
    key: SecretStr = SecretStr("")
    """The API key, access token or client secret."""
    client_id: str = ""
    database: str = ""
    hook_secret: SecretStr = SecretStr("")
    """Proves who sends hooks."""
    public_url: str = ""
    """How the CRM reaches us, for hooks."""


class Adapter(NamedTuple):
    """A CRM that Handoff can speak with."""

    name: str
    """As people call it."""
    connect: Callable[[Access, Pace], Crm]
    needs: tuple[str, ...]
    """The fields of `Access` that have to be set."""
    prove: Callable[[Request, Access, datetime], None] | None = None
    """Proves who sent a hook, which only brings the next poll forward; takes the request, how the
    CRM is reached, and the time now. Raises Unproven. None: it sends no hooks."""
