"""When the tests of the CRM begin."""

from datetime import UTC, datetime

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
