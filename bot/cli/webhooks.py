"""`handoff webhooks`: who is told of every change, and how they do."""

import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from bot.cli.data import data
from bot.cli.leads import installed
from bot.cli.main import Options
from bot.crm import webhook_posting, webhooks
from bot.errors import HandoffError
from bot.settings import IntegrationSettings, load
from bot.slack.text import without_drawings


class NameMissing(HandoffError):
    """Say which: `handoff webhooks {action} NAME`. `handoff webhooks` lists them."""


def run(options: Options) -> None:
    """List the webhooks, make a secret, try one out, or switch one on again."""
    if options.action == "secret":
        print(webhook_posting.new_secret())
        return
    settings = load(IntegrationSettings)
    if options.action in ("test", "enable") and options.name is None:
        raise NameMissing(action=options.action)
    if options.action == "test":
        _test(settings, options.name)
        return
    with data() as store, store.transaction() as session:
        if options.action == "enable":
            webhooks.enable(session, installed(session).id, options.name)
            print(f"{options.name} is on again and gets its waiting events.")
        else:
            print("\n".join(_list(session, settings)))


def _test(settings: IntegrationSettings, name: str) -> None:
    answer = webhooks.test(settings, name)
    if not answer.is_success:
        print(f"{name} didn't take it: {answer.problem}.", file=sys.stderr)
        sys.exit(1)
    print(f"{name} took it (HTTP {answer.status}).")


def _list(session: Session, settings: IntegrationSettings) -> Iterator[str]:
    """Each with its host; the rest of the address may be a secret."""
    endpoints = webhooks.endpoints(session, installed(session).id)
    known = {endpoint.name: webhooks.health(endpoint, waiting) for endpoint, waiting in endpoints}
    for name, address in sorted(settings.webhooks.items()):
        health = known.get(name, "not known yet: restart Handoff")
        host = urlsplit(address.get_secret_value()).netloc
        yield f"{name}  {host}  {without_drawings(health, {})}"
    if not settings.webhooks:
        yield "No webhooks. Set HANDOFF_WEBHOOKS and HANDOFF_WEBHOOK_SECRETS to add some."
