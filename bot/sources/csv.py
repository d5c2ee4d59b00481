"""CSV lists: the registrants of a webinar, the visitors of a fair, an old list.

A person brings them (a file dropped to the app, `handoff leads import`), so nothing is signed and
there is no address. Rows are imported one by one or many at a time by `bot.intake.imports`; here a
whole list is read at once, as a small one may be.
"""

from io import BytesIO
from itertools import chain, islice

from bot.encoding import NotAList
from bot.sheet import read_sheet
from bot.sources.columns import NobodyReachable, check, guess, read_row
from bot.sources.contract import Source
from bot.sources.labels import is_known
from bot.sources.lead_payload import LeadPayload, Unreadable

SLUG = "csv"

# Rows that are looked at to find out what a column means.
SAMPLE = 100


def parse(body: bytes, _content_type: str) -> list[LeadPayload]:
    """Read every row. Raises Unreadable, for a row too."""
    try:
        sheet = read_sheet(BytesIO(body), is_known)
        first = list(islice(sheet.rows, SAMPLE))
        meanings = guess(sheet.header, first)
        check(meanings)
        payloads = [read_row(sheet.header, meanings, cells) for cells in chain(first, sheet.rows)]
    except (NotAList, NobodyReachable) as error:
        raise Unreadable({"body": error.message}) from error
    if not payloads:
        raise Unreadable({"body": "has no rows below its header"})
    return payloads


SOURCE = Source(
    slug=SLUG,
    name="CSV list",
    example=b"First Name,Last Name,Email,Organization\nAda,Lovelace,ada@example.com,Engines Ltd\n",
    content_type="text/csv",
    parse=parse,
    by_hand=True,
    setup=(
        "Drop the file into your direct messages with Handoff, or run: handoff leads import FILE",
        "You see what would come of it before anything is imported.",
    ),
)
