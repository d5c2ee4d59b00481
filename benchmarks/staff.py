"""People and cards for the benchmarks: salespeople who may claim, and leads whose cards stand."""

import json
from concurrent.futures import ThreadPoolExecutor
from secrets import token_hex

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from benchmarks.load import lead_facts
from benchmarks.office import Database, Slack
from bot.intake import receiving
from bot.leads import queries as lead_queries
from bot.leads.messages import lead_card
from bot.people import service as people
from bot.people.models import Role, Workspace
from bot.slack import Slack as Client
from bot.slack.cards import Card
from bot.store import Store


def hire(database: Database, slack: Slack) -> None:
    """Make everyone in the stand-in a salesperson, the first one an admin too."""
    store = Store(database.url)
    with store.transaction() as session:
        workspace = people.workspace(session, slack.team_id)
        admin = people.person(session, workspace.id, slack.users[0])
        people.open_people(session, admin, None)
        roles = {slack.users[0]: [Role.SALESPERSON, Role.ADMIN]}
        for user in slack.users:
            people.assign(session, admin, user, roles.get(user, [Role.SALESPERSON]), None)
    store.close()


def post_cards(database: Database, slack: Slack, count: int) -> list[str]:
    """Receive `count` leads and post their cards at once, past the pace; returns their stamps."""
    store = Store(database.url)
    client = Client(slack.bot_token, slack.api_url)

    def post(_number: int) -> str:
        # The job that would draw the card goes in the transaction that wrote it: no worker sees it.
        with store.transaction() as session:
            return _post_card(session, client, people.workspace(session, slack.team_id))

    with ThreadPoolExecutor(4) as pool:
        stamps = list(pool.map(post, range(count)))
    store.close()
    return stamps


def _post_card(session: Session, client: Client, workspace: Workspace) -> str:
    body = json.dumps(lead_facts(token_hex(8))).encode()
    receipt = receiving.receive(
        session, workspace, [receiving.RawSubmission("api", "benchmark", body, "application/json")]
    )[0]
    assert receipt.lead_id is not None
    message = lead_card.card(lead_queries.facts(session, receipt.lead_id))
    channel, ts = client.post(workspace.channel, message)
    card_id = session.scalar(
        update(Card)
        .where(Card.kind == "lead", Card.subject_id == receipt.lead_id)
        .values(channel=channel, ts=ts, stale=False)
        .returning(Card.id)
    )
    session.execute(
        text("DELETE FROM procrastinate_jobs WHERE args ->> 'card_id' = :card"),
        {"card": str(card_id)},
    )
    return ts
