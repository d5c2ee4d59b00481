"""The work of an import: fetch the file, take it in batch by batch, return what was refused.

None of it is done in one transaction, and nothing in a transaction waits for Slack.
"""

import tempfile

from bot.encoding import NotAList
from bot.leads import service
from bot.leads.models import Import
from bot.leads.service import staged
from bot.sheet import MOST_BYTES, refused_file, refused_name
from bot.slack import Slack
from bot.slack import place as place_of
from bot.slack.errors import SlackRefused, TooLarge
from bot.store import Store


def fetch(store: Store, slack: Slack, import_id: int) -> None:
    """Fetch a file that somebody dropped, and write down its rows."""
    with store.transaction() as session:
        file_id = session.get_one(Import, import_id).file_id
    assert file_id is not None
    with tempfile.TemporaryFile() as file:
        try:
            slack.download(file_id, file, MOST_BYTES)
            file.seek(0)
            with store.transaction() as session:
                service.write_down(session, import_id, file)
        except (NotAList, SlackRefused) as error:
            with store.transaction() as session:
                service.cannot_read(session, import_id, _why(error))


def _why(error: NotAList | SlackRefused) -> str:
    if isinstance(error, TooLarge):
        return f"it is larger than {MOST_BYTES // 2**20} MB; cut it in two"
    if isinstance(error, SlackRefused):
        return f"Slack does not let me have it ({error.code})"
    return str(error.facts["why"])


def go_on(store: Store, import_id: int) -> bool:
    """Take in the next batch; False once there is none."""
    with store.transaction() as session:
        batch = service.take_batch(session, import_id)
    for number in batch.apart:
        with store.transaction() as session:
            service.take_row(session, import_id, number)
    return not batch.is_last


def give_back(store: Store, slack: Slack, import_id: int) -> None:
    """Send the refused rows to whoever dropped the file, each with its reason; then forget them."""
    with store.transaction() as session:
        imported = session.get_one(Import, import_id)
        content = refused_file(imported.header, staged.refused(session, import_id))
        place = place_of(session, service.IMPORT, import_id)
    if place is None:
        return
    said = "These rows were refused. Mend them and drop the file here: the others are not doubled."
    slack.upload(place[0], refused_name(imported.name), content, said)
    with store.transaction() as session:
        staged.forget(session, import_id)
