"""The rows of a list that wait to be imported, or were refused."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, delete, func, select, text, update
from sqlalchemy.orm import Session

from bot.intake.models import Import, ImportRow
from bot.sources import columns
from bot.sources.lead_payload import LeadPayload, Unreadable
from bot.store import copy, table

Staged = Sequence[tuple[int, list[str]]]
"""Rows by number, with their cells."""

Refused = Sequence[tuple[int, str]]
"""Rows by number, with the reason."""

_ALONE = select(func.pg_advisory_xact_lock(func.hashtext("intake.import")))
_PLAN_ANEW = text("SET LOCAL plan_cache_mode = force_custom_plan")
_ROW = table(ImportRow)
_REFUSE = (
    update(_ROW)
    .where(_ROW.c.import_id == bindparam("of"), _ROW.c.number == bindparam("refused"))
    .values(problem=bindparam("why"))
)


def locked(session: Session, import_id: int) -> Import:
    """The import; no other import of ours goes on until the transaction ends.

    So no two of them bring the same row at once.
    """
    session.execute(_ALONE)
    return session.get_one(Import, import_id, with_for_update=True, populate_existing=True)


def write(session: Session, import_id: int, rows: Iterable[list[str]]) -> int:
    """Write rows down as they are read, whatever their number; returns it."""
    names = ("import_id", "number", "cells")
    numbered = ((import_id, number, cells) for number, cells in enumerate(rows, start=1))
    return copy(session, _ROW, names, numbered)


def waiting(session: Session, import_id: int, most: int) -> Staged:
    """The first rows that wait, at most `most`."""
    rows = session.execute(
        select(ImportRow.number, ImportRow.cells)
        .where(ImportRow.import_id == import_id, ImportRow.problem.is_(None))
        .order_by(ImportRow.number)
        .limit(most)
    )
    return [(number, cells) for number, cells in rows]


def plan_anew(session: Session) -> None:
    """Let PostgreSQL plan each statement of this transaction anew: the tables grow with each batch,
    and a plan that was right at the first is not at the hundredth."""
    session.execute(_PLAN_ANEW)


def read(
    imported: Import, rows: Staged, *, with_answers: bool = True
) -> tuple[dict[int, LeadPayload], Refused]:
    """What the rows say, by their number, and why those that cannot be read are refused. Answers
    take more memory than all else, and are left out where only people are counted."""
    payloads, refused = {}, []
    for number, cells in rows:
        try:
            payload = columns.read_row(imported.header, imported.meanings, cells)
        except Unreadable as error:
            refused.append((number, str(error.facts["summary"])))
        else:
            payloads[number] = payload
            if not with_answers:
                payload.answers = []
    return payloads, refused


def refuse(session: Session, import_id: int, refused: Refused) -> None:
    """Keep rows that cannot be read, with their reasons."""
    if refused:
        facts = [{"of": import_id, "refused": number, "why": why} for number, why in refused]
        session.execute(_REFUSE, facts)


def delete_rows(session: Session, import_id: int, numbers: Sequence[int] | None = None) -> None:
    """Rows that became something, or (None) all of them."""
    mine = delete(ImportRow).where(ImportRow.import_id == import_id)
    which = mine if numbers is None else mine.where(ImportRow.number.in_(numbers))
    session.execute(which)


def refused(session: Session, import_id: int) -> Iterable[tuple[list[str], str]]:
    """The cells of the rows that were refused, in the order of the file, with the reasons."""
    rows = session.execute(
        select(ImportRow.cells, ImportRow.problem)
        .where(ImportRow.import_id == import_id, ImportRow.problem.is_not(None))
        .order_by(ImportRow.number)
        .execution_options(yield_per=1_000)
    )
    return ((cells, problem or "") for cells, problem in rows)
