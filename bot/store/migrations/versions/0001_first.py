"""The first revision: the schema of a new installation, a file of SQL for each capability.

They stay as they are. What changes later is a revision of its own. The queue's schema is the one
that the installed Procrastinate ships.
"""

import re
from pathlib import Path

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001_first"
down_revision = None
branch_labels = None
depends_on = None

# In the order in which they refer to each other.
_FILES = (
    "people", "tasks", "slack", "contacts", "campaigns", "spend", "leads", "planning",
    "metrics", "standups", "shadowing", "digests", "reports", "crm",
)  # fmt: skip
_FOLDER = Path(__file__).parents[1] / "first"


def upgrade() -> None:
    # Many statements at once, and percent signs that mean nothing: the driver's own cursor.
    op.get_bind().connection.cursor().execute(_schema())


def downgrade() -> None:
    created = re.findall(r"^CREATE (TABLE|FUNCTION|TYPE) (\w+)", _schema(), re.MULTILINE)
    for kind in ("TABLE", "FUNCTION", "TYPE"):
        names = ", ".join(name for each, name in created if each == kind)
        op.execute(f"DROP {kind} IF EXISTS {names} CASCADE")


def _schema() -> str:
    ours = [(_FOLDER / f"{name}.sql").read_text(encoding="utf-8") for name in _FILES]
    return "\n".join([SchemaManager.get_schema(), *ours])
