"""The verbs of leads, by theme: receiving, replaying, ownership, progress, and reading."""

from sqlalchemy.orm import Session

from bot.leads.service import fetched as _fetched
from bot.leads.service import hearing as _hearing
from bot.leads.service import ladder as _ladder
from bot.leads.service import offering as _offering
from bot.leads.service import stalled as _stalled
from bot.leads.service.absences import (
    BACK,
    CAME_BACK,
    STANDS_IN,
    absence_of,
    back,
    come_back,
    go_away,
    handover,
    release_for_leavers,
    stand_in,
    suggest_stand_ins,
    to_hand_over,
)
from bot.leads.service.audit import CALL_LIST, has_moved_since
from bot.leads.service.calling import (
    called,
    next_contact,
    progress,
    put_back,
)
from bot.leads.service.case import rules
from bot.leads.service.fetched import RECONCILE, REFUSED, fetched, not_fetched, reconcile
from bot.leads.service.finding import search
from bot.leads.service.following import FOLLOW, catch_up
from bot.leads.service.giving import STEP
from bot.leads.service.handing import (
    next_morning,
    pass_on,
    reassign,
    reassignable,
    snooze,
    snoozeable,
)
from bot.leads.service.hearing import LISTEN, SILENT, Heard, heard, last_words, listen
from bot.leads.service.heating import change_rules
from bot.leads.service.importing import (
    LOOK,
    READ,
    NotInPreview,
    cancel,
    cannot_read,
    change,
    drop,
    hand_on,
    in_preview,
    look_ahead,
    map_columns,
    may_cancel,
    open_file,
    read_as,
    take_as_list,
    write_down,
)
from bot.leads.service.ladder import sweep
from bot.leads.service.lists import call_lists, count_mine, late, mine
from bot.leads.service.merging import merge, unmerge
from bot.leads.service.notices import COVER, NOTICE, notice, unattended
from bot.leads.service.noting import NothingWritten, add_note
from bot.leads.service.offering import OFFER, Offered, offer, offered
from bot.leads.service.outside import Stage, set_amount, set_owner, set_stage, stage_of
from bot.leads.service.outside import add_note as add_note_of_program
from bot.leads.service.ownership import AlreadyClaimed, claim, release
from bot.leads.service.progress import (
    DateMissing,
    Ending,
    ReasonMissing,
    TooFewAttempts,
    attempts_needed,
    closeable,
    contacted,
    correct_amount,
    correctable,
    lose,
    qualify,
    rate,
    rateable,
    reopen,
    win,
)
from bot.leads.service.promising import change_promise, promise
from bot.leads.service.reading import (
    count_received,
    count_waiting,
    facts,
    find,
    look_at,
    step,
    touch,
    waiting,
)
from bot.leads.service.reasons import IS_LOST_FOR, lost_for, rated_low_for, reasons
from bot.leads.service.receiving import (
    FETCH,
    Receipt,
    Sent,
    receive,
    receive_together,
    set_aside,
    type_in,
)
from bot.leads.service.replaying import count_unread, dismiss, read_again, replay, unread
from bot.leads.service.stalled import STALLED, last_moves, long_stalled
from bot.leads.service.stalled import tell as tell_stalled
from bot.leads.service.standing import arrivals, workload
from bot.leads.service.taking import GO_ON, IMPORT, RETURN, Batch, start, take_batch, take_row
from bot.leads.service.taking_over import agree, keep, take_over
from bot.leads.service.tallying import TALLY, tally
from bot.leads.service.turns import DoesNotSell, open_counts, set_weight, shares
from bot.people.models import Workspace

__all__ = [
    "BACK",
    "CALL_LIST",
    "CAME_BACK",
    "COVER",
    "FETCH",
    "FOLLOW",
    "GO_ON",
    "IMPORT",
    "IS_LOST_FOR",
    "LISTEN",
    "LOOK",
    "NOTICE",
    "OFFER",
    "READ",
    "RECONCILE",
    "REFUSED",
    "RETURN",
    "SILENT",
    "STALLED",
    "STANDS_IN",
    "STEP",
    "TALLY",
    "AlreadyClaimed",
    "Batch",
    "DateMissing",
    "DoesNotSell",
    "Ending",
    "Heard",
    "NotInPreview",
    "NothingWritten",
    "Offered",
    "ReasonMissing",
    "Receipt",
    "Sent",
    "Stage",
    "TooFewAttempts",
    "absence_of",
    "add_note",
    "add_note_of_program",
    "agree",
    "arrivals",
    "attempts_needed",
    "back",
    "call_lists",
    "called",
    "cancel",
    "cannot_read",
    "catch_up",
    "change",
    "change_promise",
    "change_rules",
    "claim",
    "closeable",
    "come_back",
    "contacted",
    "correct_amount",
    "correctable",
    "count_mine",
    "count_received",
    "count_unread",
    "count_waiting",
    "dismiss",
    "drop",
    "facts",
    "fetched",
    "find",
    "go_away",
    "hand_on",
    "handover",
    "has_moved_since",
    "heard",
    "in_preview",
    "install",
    "keep",
    "last_moves",
    "last_words",
    "late",
    "listen",
    "long_stalled",
    "look_ahead",
    "look_at",
    "lose",
    "lost_for",
    "map_columns",
    "may_cancel",
    "merge",
    "mine",
    "next_contact",
    "next_morning",
    "not_fetched",
    "notice",
    "offer",
    "offered",
    "open_counts",
    "open_file",
    "pass_on",
    "progress",
    "promise",
    "put_back",
    "qualify",
    "rate",
    "rateable",
    "rated_low_for",
    "read_again",
    "read_as",
    "reasons",
    "reassign",
    "reassignable",
    "receive",
    "receive_together",
    "reconcile",
    "release",
    "release_for_leavers",
    "reopen",
    "replay",
    "rules",
    "search",
    "set_amount",
    "set_aside",
    "set_owner",
    "set_stage",
    "set_weight",
    "shares",
    "snooze",
    "snoozeable",
    "stage_of",
    "stand_in",
    "start",
    "step",
    "suggest_stand_ins",
    "sweep",
    "take_as_list",
    "take_batch",
    "take_over",
    "take_row",
    "tally",
    "tell_stalled",
    "to_hand_over",
    "touch",
    "type_in",
    "unattended",
    "unmerge",
    "unread",
    "waiting",
    "win",
    "workload",
    "write_down",
]


def install(session: Session, workspace: Workspace) -> None:
    """Let the clock look after the sources, and offer what waits quietly."""
    _ladder.install(session, workspace)
    _fetched.install(session, workspace)
    _hearing.install(session, workspace)
    _offering.install(session, workspace)
    _stalled.install(session, workspace)
