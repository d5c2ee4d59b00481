"""What Slack brings in for standups: `/standup`, the buttons of the prompt, and the modals."""

from bot.errors import FieldErrors
from bot.people import service as people
from bot.slack import Command, Incoming, Listening
from bot.slack.errors import NeedsAdmin
from bot.standups import service, view
from bot.standups.model import Question
from bot.store import Store


def register(listening: Listening, store: Store) -> None:
    """Listen for standups."""
    _answering(listening, store)
    _settings(listening, store)


def _answering(listening: Listening, store: Store) -> None:
    def open_now(incoming: Incoming, _rest: str) -> None:
        incoming.ack()
        with store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            modal = view.form(service.answerable_now(session, who))
        incoming.open(modal)

    def skip_now(incoming: Incoming, _rest: str) -> None:
        incoming.ack()
        with store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            entry = service.answerable_now(session, who)
            answer = view.skipped(service.skip(session, who, entry.id))
        incoming.tell(answer)

    def open_form(incoming: Incoming) -> None:
        incoming.ack()
        with store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            modal = view.form(service.answerable(session, who, incoming.id))
        incoming.open(modal)

    def skip(incoming: Incoming) -> None:
        incoming.ack()
        with store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            service.skip(session, who, incoming.id)

    def send(incoming: Incoming) -> None:
        with store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            try:
                service.answer(session, who, incoming.noted_id, incoming.fields)
            except service.StandupClosed as error:
                # Said beside the first field, so that what was written can still be copied.
                raise FieldErrors({Question.DID: error.message}) from error
        incoming.ack()

    listening.command(Command("/standup", "", "answer your team's standup", open_now))
    listening.command(Command("/standup", "skip", "skip it today", skip_now))
    listening.action(view.ANSWER, open_form)
    listening.action(view.SKIP, skip)
    listening.submission(view.SEND, send)


def _settings(listening: Listening, store: Store) -> None:
    def show(incoming: Incoming, _rest: str) -> None:
        incoming.ack()
        with store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            modal = view.overview(service.standups(session, who))
        incoming.open(modal)

    def change(incoming: Incoming) -> None:
        incoming.ack()
        with store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            modal = view.change(service.configurable(session, who, incoming.id))
        incoming.open(modal)

    def save(incoming: Incoming) -> None:
        fields = incoming.fields
        _see_channel(incoming, fields["channel"])
        with store.transaction() as session:
            who = people.acting(session, incoming.team, incoming.user)
            service.configure(session, who, incoming.noted_id, fields)
            modal = view.overview(service.standups(session, who))
        incoming.ack()
        incoming.replace_root(modal)

    usage = "when it is asked, and where it is summed up (managers)"
    listening.command(Command("/standup", "settings", usage, show))
    listening.action(view.CHANGE, change)
    listening.submission(view.SAVE, save)


def _see_channel(incoming: Incoming, channel: str | None) -> None:
    """See that the summary can be posted there, before it is promised."""
    if not channel:
        return
    try:
        found = incoming.slack.call("conversations.info", channel=channel)["channel"]
    except NeedsAdmin as error:
        if error.code != "channel_not_found":
            raise
        found = {}  # a private channel that we are not in looks like none at all
    if not found.get("is_member"):
        raise FieldErrors(
            {"channel": "I am not in this channel. Invite me with /invite @Handoff, then save."}
        )
