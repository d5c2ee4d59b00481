"""The steps' minutes count from when the lead came in or was claimed, and fit the response target."""

from alembic import op

revision = "0003_minutes_since_the_start"
down_revision = "0002_call_attempts"
branch_labels = None
depends_on = None

# Whether a version that does not know this revision goes on working beside it: True where nothing is
# taken away, renamed or narrowed, and what is added may be left out of an INSERT.
serves_older = False

_DEFAULTS = {"nudge": (5, 3), "message": (10, 15), "suggest": (15, 30), "manager": (30, 60),
             "remind": (15, 3), "take_back": (45, 60)}  # fmt: skip


def upgrade() -> None:
    # The usual promise of 5 minutes gets the usual reminders, 3 minutes after the lead came or was
    # claimed; any other keeps its own, as far as they come before it.
    op.execute(
        """
        UPDATE service_level SET
            nudge_minutes = CASE WHEN respond_minutes = 5 AND nudge_minutes = 5 THEN 3
                ELSE LEAST(nudge_minutes, respond_minutes) END,
            message_minutes = nudge_minutes + message_minutes,
            suggest_minutes = nudge_minutes + message_minutes + suggest_minutes,
            manager_minutes = GREATEST(respond_minutes,
                nudge_minutes + message_minutes + suggest_minutes + manager_minutes),
            remind_minutes = CASE WHEN respond_minutes = 5 AND remind_minutes = 15 THEN 3
                ELSE LEAST(remind_minutes, respond_minutes) END,
            take_back_minutes = GREATEST(respond_minutes, remind_minutes + take_back_minutes)
        """
    )
    _set_defaults(1)


def downgrade() -> None:
    op.execute(
        """
        UPDATE service_level SET
            message_minutes = message_minutes - nudge_minutes,
            suggest_minutes = suggest_minutes - message_minutes,
            manager_minutes = manager_minutes - suggest_minutes,
            take_back_minutes = take_back_minutes - remind_minutes
        """
    )
    _set_defaults(0)


def _set_defaults(which: int) -> None:
    for step, minutes in _DEFAULTS.items():
        op.execute(
            f"ALTER TABLE service_level ALTER COLUMN {step}_minutes SET DEFAULT {minutes[which]}"
        )
