"""What tests of the CRM share."""

from datetime import UTC, datetime

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
