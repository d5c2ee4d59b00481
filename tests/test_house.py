"""The house keeps its promises: manifest, action ids, README, and no trace of a machine."""

import ast
import importlib
import inspect
import json
import pkgutil
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import bot
import playground
from bot.app import CAPABILITIES, Application
from bot.doctor import manifest
from bot.people.models import Role
from bot.slack.text import safe
from playground import demo
from playground.standin import StandIn
from tests.terminal import handoff

ROOT = Path(__file__).parents[1]


@pytest.fixture
def application(database_url: str) -> Iterator[Application]:
    slack = StandIn(manifest())
    slack.add_channel("leads")
    with slack, demo.running(slack, "#leads", database_url=database_url) as (application, _):
        yield application


def test_the_manifest_says_of_commands_what_is_declared(
    application: Application, request: pytest.FixtureRequest
) -> None:
    commands = application.listening.commands
    assert sorted(each["command"] for each in commands.manifest) == commands.names
    file = ROOT / "manifest.json"
    declared = json.loads(file.read_text())
    if request.config.getoption("--golden"):
        declared["features"]["slash_commands"] = commands.manifest
        file.write_text(json.dumps(declared, indent=2, ensure_ascii=False) + "\n")
    assert declared["features"]["slash_commands"] == commands.manifest, (
        "run `pytest --golden tests/test_house.py` and read manifest.json"
    )


def test_the_manifest_names_what_is_in_use_and_nothing_else(application: Application) -> None:
    declared = manifest()
    listening = application.listening
    shortcuts = {each["callback_id"] for each in declared["features"]["shortcuts"]}
    assert shortcuts == set(listening.shortcuts)
    # A message comes by the kind of conversation that it is in.
    events = declared["settings"]["event_subscriptions"]["bot_events"]
    assert {event.removesuffix(".im") for event in events} == set(listening.events)


def constants() -> dict[str, str]:
    """The ids that the views name: NAME = "capability.what"."""
    found: dict[str, str] = {}
    for path in (ROOT / "bot").rglob("*.py"):
        if not re.search("messages|forms|home_sections", str(path)):
            continue
        for name, value in re.findall(
            r'^([A-Z_]+) = "([a-z]+\.[a-z_.]+)"', path.read_text(), re.MULTILINE
        ):
            found[f"{path.relative_to(ROOT)}:{name}"] = value
    return found


def test_every_id_of_a_view_has_its_listener(application: Application) -> None:
    listening = application.listening
    redrawn = {name for each in CAPABILITIES for name in each.modals}
    known = {*listening.actions, *listening.submissions, *listening.shortcuts, *redrawn}
    for where, value in constants().items():
        assert any(each == value or each.startswith(f"{value}.") for each in known), where


def test_help_has_ten_lines_at_most_and_names_every_word(application: Application) -> None:
    commands = application.listening.commands
    for roles in ([], *([role] for role in Role), [*Role]):
        for name in commands.names:
            text = commands.help(name, roles)
            assert len(text.splitlines()) <= 10, text
            for each in (each for each in commands.all if each.name == name):
                is_theirs = not roles or each.access is None or set(roles) & {*each.access.roles}
                assert not is_theirs or safe(f"{name} {each.word}".strip()) in text, text


def test_the_commands_of_the_readme_exist() -> None:
    text = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"demo", "test"} <= set(re.findall(r"\bmake ([a-z]+)", text)) <= targets
    help_text = handoff("--help").stdout
    for command in set(re.findall(r"`handoff ([a-z]+)", text)):
        assert re.search(rf"^\s+{command}\s", help_text, re.MULTILINE), command


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/architecture.md", "docs/testing.md"])
def test_what_the_pages_for_developers_name_exists(name: str) -> None:
    page = ROOT / name
    text = page.read_text()
    code = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    paths = [ROOT / each for each in re.findall(r"`([\w.]+/[\w./-]*)`", code)]
    links = [page.parent / each for each in re.findall(r"\]\(([\w./-]+)(?:#[\w-]+)?\)", code)]
    assert paths
    assert not [each for each in [*paths, *links] if not each.exists()]


def test_the_page_on_the_architecture_draws_the_floors_that_the_contract_holds() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    floors = [re.sub("[()]", "", each) for each in contracts["contracts"][0]["layers"]]
    page = (ROOT / "docs" / "architecture.md").read_text()
    drawn = re.findall(
        r"^((?:playground|bot\.\w+)(?: \| bot\.\w+)*)(?: {2,}.*)?$", page, re.MULTILINE
    )
    assert drawn == floors


def files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


def test_the_tests_that_the_security_page_names_exist() -> None:
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs" / "security.md").read_text())
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert named
    assert [name for name in named if f"def {name}(" not in tests] == []


def test_no_registry_is_named_and_no_lock_lacks_its_hash() -> None:
    for name in ("requirements.txt", "requirements-demo.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        assert not re.search(r"https?://|--index", text)
        pins = re.findall(r"^[a-z0-9].*==", text, re.MULTILINE)
        assert len(pins) == len(re.findall(r"^[a-z0-9].*==.*\\\n    --hash", text, re.MULTILINE))


def test_the_manifest_is_one_that_slack_reads() -> None:
    declared: dict[str, Any] = json.loads((ROOT / "manifest.json").read_text())
    assert declared["_metadata"]["major_version"] == 2
    assert len(declared["display_information"]["description"]) <= 140


def test_files_ask_themselves_what_they_do_beyond_500_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in {"bot", "playground"}
        and "migrations" not in path.parts
        and (count := len(path.read_text().splitlines())) > 500
    }  # fmt: skip
    assert not long


@pytest.mark.parametrize(
    ("rule", "pattern", "where"),
    [
        ("only slack/ builds a WebClient", r"\bWebClient\(", "bot/slack/"),
        ("errors of an engine hide their parameters", r"create_engine\(", "bot/store/engine.py"),
        ("only slack/ sends modals", r"response_action\W+(update|push)", "bot/slack/"),
        ("formulas are disarmed in one place", r"=\+-@|\"=\", \"\+\"", "bot/sheet.py"),
        ("only store/ commits", r"\.commit\(|\.begin\(\)", "bot/store/"),
        ("only settings.py reads the environment", r"os\.environ|getenv", "bot/settings.py"),
    ],
)
def test_rules_of_the_house(rule: str, pattern: str, where: str) -> None:
    breaks = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "bot").rglob("*.py")
        if re.search(pattern, path.read_text()) and where not in str(path)
    ]
    assert not breaks, rule


_PRIVATE = re.compile(r"(?:\b(?:self|cls)\.|super\(\)\.|\bdef )(_[a-z]\w*)")
_OTHERS = re.compile(r"\b(?!self\b|cls\b)\w+\._([a-z]\w*)")
_DOCUMENTED = {"asdict", "fields", "replace", "make"}
"""What a NamedTuple has for everybody."""


def classes() -> Iterator[tuple[type, str]]:
    """Every class of ours, with its source."""
    for package in (bot, playground):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" in found.name or found.name.endswith("__main__"):
                continue
            module = importlib.import_module(found.name)
            lines = Path(str(module.__file__)).read_text().splitlines()
            for node in ast.parse("\n".join(lines)).body:
                if isinstance(node, ast.ClassDef):
                    source = "\n".join(lines[node.lineno - 1 : node.end_lineno])
                    yield getattr(module, node.name), source


@cache
def private_names(of: type) -> set[str]:
    """What a library's class calls private, by its source or, where it is written in C, by its
    attributes."""
    try:
        return set(_PRIVATE.findall(inspect.getsource(of)))
    except (OSError, TypeError):
        return {name for name in vars(of) if re.match("_[a-z]", name)}


def test_no_private_name_of_a_library_is_overridden_or_used() -> None:
    broken = {
        f"{ours.__qualname__}: {theirs.__module__}.{theirs.__qualname__}: {names}"
        for ours, source in classes()
        if (mine := set(_PRIVATE.findall(source)))
        for theirs in ours.__mro__
        if theirs.__module__.partition(".")[0] not in {"bot", "playground"}
        and (names := mine & private_names(theirs))
    }
    assert not broken
    for path in (*(ROOT / "bot").rglob("*.py"), *(ROOT / "playground").rglob("*.py")):
        text = path.read_text()
        used = set(_OTHERS.findall(text)) - _DOCUMENTED
        assert not [each for each in used if f"def _{each}(" not in text], path


# Kept for fiction by the Bundesnetzagentur (Berlin, mobile), Ofcom (London) and the NANPA.
_FICTION = re.compile(r"(?:49|0)?(?:3023125|17139200)|(?:44|0)2079460|1?\d{3}55501")
_NUMBER = re.compile(
    r"(?<![\w.+-])(?:\+|00)[1-9][\d ()/-]{7,}\d|\b0[1-9]\d{1,3}[ /-]\d{5,}\b|\b01[567]\d{8,9}\b"
)
_DOMAIN = re.compile(r"(?i)[\w.+-]@((?:[\w-]+\.)+[a-z]{2,})\b")
_NOBODYS = re.compile(r"(?i)(?:.+\.)?(?:example\.(?:com|org|net)|example|test|invalid)")
_PROVIDERS = frozenset({"gmail.com", "mailinator.com", "fb.com", "meta.com"})
"""They are what is tested: free mail, throw-away addresses, and Meta's own test leads."""


def test_no_number_and_no_address_is_anybodys() -> None:
    files = [
        path
        for place in ("bot", "playground", "tests", "docs", "benchmarks")
        for path in (ROOT / place).rglob("*")
        if path.suffix in {".py", ".md", ".json", ".csv", ".txt", ".html"}
    ]
    assert files
    for path in files:
        text = path.read_text()
        found = (re.sub(r"\(0\)|\D", "", each) for each in _NUMBER.findall(text))
        assert not [each for each in found if not _FICTION.match(each.removeprefix("00"))], path
        domains = {each.lower() for each in _DOMAIN.findall(text)} - _PROVIDERS
        assert not [each for each in domains if not _NOBODYS.fullmatch(each)], path
