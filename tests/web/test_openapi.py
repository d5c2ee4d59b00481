"""What the OpenAPI documents say, tried out: any request that they allow, and many they do not."""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, checks
from schemathesis.core.result import Ok

from tests.sources.signing import SECRET, VENDORS
from tests.web.conftest import KEY, Site

# Not whether data that fit the schema are accepted: a lead needs an email address *or* a phone.
CHECKS = [
    checks.not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
    checks.response_schema_conformance,
]  # fmt: skip


def test_whatever_comes_is_answered_as_documented_and_never_by_a_5xx(site: Site) -> None:
    api = schemathesis.openapi.from_asgi("/openapi.json", site.application.asgi)
    operations = [found.ok() for found in api.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) > len(VENDORS)
    proven, lead_id = 0, site.send({"email": "ada@example.com"}).json()["lead_id"]
    for operation in operations:

        @settings(max_examples=15, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def ask(case: Case[Any]) -> None:
            nonlocal proven
            if case.path_parameters and "lead_id" in case.path_parameters:
                case.path_parameters["lead_id"] = str(lead_id)
            answer = case.call(headers=_proof(case))
            assert answer.status_code < 500, answer.text
            case.validate_response(answer, checks=CHECKS)
            _nothing_leaks(answer)
            proven += case.path == "/leads/api" and answer.status_code != 401

        ask()
    assert len(site.submissions()) == proven + 1 > 10


def _proof(case: Case[Any]) -> dict[str, str]:
    """Half of the requests come from somebody whom we know."""
    return {"Authorization": f"Bearer {KEY}"} if len(str(case.body)) % 2 else {}


def _nothing_leaks(answer: Any) -> None:
    for secret in (KEY, SECRET, "Traceback"):
        assert secret not in answer.text
