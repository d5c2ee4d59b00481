"""What operators ask of leads on the command line; each answers in lines."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.errors import HandoffError
from bot.formats import plural
from bot.intake import receiving, source_health
from bot.intake.source_health import SourceActivity
from bot.people.models import Workspace
from bot.people.service import NotInstalled
from bot.routing import round_robin
from bot.settings import IntegrationSettings, environment_name
from bot.sources import SOURCES, Source, meta
from bot.store import Store

_MOST = 1_000
_UNKNOWN_ADDRESS = "https://<your address>"


def sources(session: Session, settings: IntegrationSettings) -> Iterator[str]:
    """Every source: whether it is set up, where it sends, its steps, and when it last sent."""
    workspace = _installed(session)
    activity = source_health.activity(session, workspace.id) if workspace else {}
    if not settings.public_url:
        yield f"{_UNKNOWN_ADDRESS} stands for your address: set HANDOFF_PUBLIC_URL to fill it in."
        yield ""
    for source in SOURCES.values():
        yield f"{source.name} ({source.slug}): {_state(source, settings)}"
        yield f"  {_address(source, settings)}"
        yield f"  {_last_submission(activity.get(source.slug))}"
        yield from (f"    {step}" for step in _steps(source, settings))
        yield ""


def submissions(session: Session) -> Iterator[str]:
    """What waits for an admin; never what it holds."""
    unread = receiving.unread(session, installed(session).id, _MOST)
    for each in unread:
        yield f"{each.id}  {each.received_at:%Y-%m-%d %H:%M}  {each.source}  {each.problem}"
    yield f"{len(unread)} to replay or dismiss." if unread else "Everything could be read."


def replay(store: Store, ids: Iterable[int]) -> Iterator[str]:
    """Read submissions again, each in a transaction of its own; none given: all that wait."""
    with store.transaction() as session:
        workspace = installed(session)
        waiting = [each.id for each in receiving.unread(session, workspace.id, _MOST)]
    for submission_id in list(ids) or waiting:
        try:
            with store.transaction() as session:
                receipt = receiving.read_again(session, workspace, submission_id)
        except HandoffError as error:
            yield f"Submission {submission_id}: {error.message}"
        else:
            problem = receipt.problem.message if receipt.problem else None
            lead = f"lead {receipt.lead_id}" if receipt.lead_id else receipt.outcome.value
            yield f"Submission {submission_id}: {problem or lead}"


def fairness(session: Session, days: int) -> Iterator[str]:
    """What the rotation offered each salesperson in the last `days`, against their share."""
    since = clock.now() - timedelta(days=days)
    shares = round_robin.shares(session, installed(session).id, since)
    total, weights = sum(each.offered for each in shares), sum(each.weight for each in shares)
    yield f"{'':24}{'weight':>8}{'offered':>9}{'share':>8}{'due':>8}{'claimed':>9}"
    for each in shares:
        share = f"{each.offered / total:.1%}" if total else "n/a"
        due = f"{each.weight / weights:.1%}" if weights else "n/a"
        yield (f"{each.person.name[:23]:24}{each.weight:>8}{each.offered:>9}{share:>8}{due:>8}"
               f"{each.claimed:>9}")  # fmt: skip
    yield (
        f"{total:,} offers in {days} days. Absences and full workloads shift the shares, as they "
        "should."
    )


def installed(session: Session) -> Workspace:
    """The workspace of this installation. Raises NotInstalled before the first start."""
    workspace = _installed(session)
    if workspace is None:
        raise NotInstalled
    return workspace


def _installed(session: Session) -> Workspace | None:
    return session.scalar(select(Workspace).order_by(Workspace.id).limit(1))


def _address(source: Source, settings: IntegrationSettings) -> str:
    if source.by_hand:
        return "You upload it, so it needs no address"
    base = settings.public_url or _UNKNOWN_ADDRESS
    return f"{base}/leads{source.path}".replace("{key}", "<key>")


def _state(source: Source, settings: IntegrationSettings) -> str:
    if source.by_hand:
        return "needs no setup"
    if source.verify is None:
        field = "form_keys" if source.secret_in_path else "lead_keys"
        name, count = environment_name(field), len(getattr(settings, field))
        return f"set up, {plural(count, 'key')}" if count else f"not set up ({name} has no key)"
    if source.slug not in settings.sources:
        return f"not set up (HANDOFF_SOURCES has no {source.slug})"
    if source.fetching and source.slug not in settings.source_tokens:
        return f"half set up (HANDOFF_SOURCE_TOKENS has no {source.slug})"
    return "set up"


def _last_submission(seen: SourceActivity | None) -> str:
    if seen is None:
        return "Nothing in the last 28 days"
    unread = f", {seen.unreadable:,} could not be read" if seen.unreadable else ""
    last = f"{seen.last_at:%Y-%m-%d %H:%M} UTC"
    return f"{plural(seen.submissions, 'submission')} in 28 days{unread}; the last one {last}"


def _steps(source: Source, settings: IntegrationSettings) -> Iterator[str]:
    secret = settings.sources.get(source.slug)
    token = (
        meta.verify_token(secret.get_secret_value()) if secret else "<set HANDOFF_SOURCES first>"
    )
    address = _address(source, settings)
    for step in source.setup:
        yield step.replace("{url}", address).replace("{verify_token}", token)
