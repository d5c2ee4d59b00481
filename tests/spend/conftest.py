"""What the tests of spend share: a company with campaigns, and how what people see looks."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk.models.views import View

from bot.people.model import Role
from bot.playground.limits import check_message, check_view
from bot.slack import Message
from bot.store import Store
from tests.campaigns.scene import Company, Hands, hire, install


@pytest.fixture
def company(store: Store) -> Company:
    Hands()
    workspace = install(store)
    return Company(
        store,
        workspace,
        mara=hire(store, workspace, "UMARA", "Mara", Role.MARKETER),
        sal=hire(store, workspace, "USAL", "Sal", Role.SALESPERSON),
        sue=hire(store, workspace, "USUE", "Sue", Role.SALESPERSON),
    )


@pytest.fixture
def looks(golden: Callable[[str, Any], None]) -> Callable[[str, Message | View], None]:
    """Hold what a person sees against its golden file, and against Slack's limits."""

    def compare(name: str, seen: Message | View) -> None:
        if isinstance(seen, Message):
            assert check_message(seen.blocks) == []
            golden(f"spend.{name}", {"text": seen.text, "blocks": seen.blocks})
        else:
            assert check_view(seen.to_dict(), "modal") == []
            golden(f"spend.{name}", seen.to_dict())

    return compare
