"""Whatever comes over HTTP is answered, kept and shown, and never breaks anything.

`benchmarks/fuzz_intake.py` sends a hundred times as many of the same requests.
"""

import logging
from collections import Counter
from itertools import islice

import pytest

from bot.intake import receiving
from bot.intake.models import Outcome
from tests.sources.signing import SECRET
from tests.web.conftest import FORM_KEY, KEY, Site
from tests.web.fuzzing import Fuzzer, Keys, Wire

COUNT = 600


def test_fuzzed_requests_break_nothing(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    fuzzer = Fuzzer(14, Keys(KEY, FORM_KEY, SECRET), site.application.settings.public_url)
    wire = Wire(site.web.base_url.host, site.web.base_url.port or 0)
    answers = Counter[int]()
    for fuzzed in islice(fuzzer, COUNT):
        status = wire.send(fuzzed)
        assert status < 500, (status, fuzzed.path, fuzzed.headers, fuzzed.body[:500])
        answers[status] += 1
    wire.close()
    assert {200, 202, 400, 401, 404, 413, 422} <= set(answers)
    assert answers[200] > COUNT / 2  # most are read, and not only refused

    kept = site.submissions()
    assert len(kept) >= answers[200] + answers[202] + answers[422] - COUNT / 20  # but handshakes
    with site.application.store.transaction() as session:
        workspace = site.application.workspace()
        for each in kept:
            if each.outcome == Outcome.UNREADABLE:
                receiving.read_again(session, workspace, each.id)
    assert len(site.draw()) > 0
    ours = [record for record in caplog.records if record.name.startswith("bot")]
    assert not [record for record in ours if record.levelno >= logging.ERROR]
