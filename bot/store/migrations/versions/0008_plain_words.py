"""The best quality is stored as *great*, as people read it; *hot* is a lead's priority. A digest keeps
how many questions its standups sent as `prompts`."""

from alembic import op
from sqlalchemy import text

revision = "0008_plain_words"
down_revision = "0007_cover"
branch_labels = None
depends_on = None

# Whether a version that does not know this revision goes on working beside it: True where nothing is
# taken away, renamed or narrowed, and what is added may be left out of an INSERT.
serves_older = False

# The leads; what a step says of them, and of what was there before it; and the figure of this name
# in what digests have said. Daily totals are computed anew by themselves.
_QUALITY = (
    "UPDATE lead SET rating = :new WHERE rating = :old",
    """
    UPDATE lead_event SET facts = jsonb_set(facts, '{rating}', to_jsonb(CAST(:new AS text)))
    WHERE facts ->> 'rating' = :old
    """,
    """
    UPDATE lead_event SET facts = jsonb_set(facts, '{before,rating}', to_jsonb(CAST(:new AS text)))
    WHERE facts #>> '{before,rating}' = :old
    """,
    """
    UPDATE digest SET figures = replace(
        figures::text, format('"%s": ', CAST(:old AS text)), format('"%s": ', CAST(:new AS text))
    )::jsonb
    """,
)


_PROMPTS = """
    UPDATE digest SET figures = jsonb_set(
        figures #- ARRAY['together', CAST(:old AS text)], ARRAY['together', CAST(:new AS text)],
        figures #> ARRAY['together', CAST(:old AS text)]
    )
    WHERE figures #> ARRAY['together', CAST(:old AS text)] IS NOT NULL
"""


def upgrade() -> None:
    for statement in _QUALITY:
        _rename(statement, "hot", "great")
    _rename(_PROMPTS, "asked", "prompts")


def downgrade() -> None:
    for statement in _QUALITY:
        _rename(statement, "great", "hot")
    _rename(_PROMPTS, "prompts", "asked")


def _rename(statement: str, old: str, new: str) -> None:
    op.get_bind().execute(text(statement), {"old": old, "new": new})
