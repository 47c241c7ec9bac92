"""Cabinet events and holds over HTTP: told once, kept, released by a person, enforced."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from central_server import ASKED, KIOSK, OTHER_KIOSK, Server, assessment_path
from click.testing import CliRunner

from kiosk_central.cli import main
from kiosk_central.region import load_region
from kioskd.domain.contribution import Assessment
from kioskd.domain.region_cabinet import CabinetRules, Release
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_cabinet import (
    EVENT_PATH,
    HOLD_PATH,
    CabinetEvent,
    CabinetEventKind,
    Hold,
)

OPENED, CLOSED = CabinetEventKind.OPENED, CabinetEventKind.CLOSED
AT = "2026-11-22T01:59:58.120Z"


@pytest.fixture
def held(serve: Callable[..., Server], tmp_path: Path) -> Iterator[Server]:
    """Serve a city in which an operator at the centre releases."""
    region = replace(load_region(), cabinet=CabinetRules(Release.CENTRE))
    made = serve(tmp_path, region)
    yield made
    made.session.close()


def tell(server: Server, ref: str, kind: CabinetEventKind = OPENED, kiosk: str = KIOSK) -> Hold:
    event = CabinetEvent(ref, kind, AT)
    return server.get(Hold, "PUT", EVENT_PATH.format(ref=ref), event, kiosk=kiosk)


def events(server: Server, *words: str) -> list[dict[str, str]]:
    command = ["kiosk", "events", "--db", server.db, "--json", *words]
    return list(json.loads(CliRunner().invoke(main, command).output))


def release(server: Server, kiosk: str = KIOSK) -> tuple[int, str]:
    words = ["kiosk", "release", kiosk, "--db", server.db]
    done = CliRunner().invoke(main, [*words, "--by", "operator", "--note", "paper changed"])
    return done.exit_code, done.output


def test_events_are_kept_once_and_listed(server: Server) -> None:
    """The same event again changes nothing; each kiosk's are told apart."""
    for _ in range(2):
        assert tell(server, "e1") == Hold(held=False)
    tell(server, "e2", CLOSED)
    tell(server, "e3", CabinetEventKind.CARD_LEFT, OTHER_KIOSK)
    found = [(one["ref"], one["kiosk_id"], one["kind"]) for one in events(server)]
    assert found == [
        ("e1", KIOSK, "opened"),
        ("e2", KIOSK, "closed"),
        ("e3", OTHER_KIOSK, "card_left"),
    ]
    (only,) = events(server, "--kiosk", OTHER_KIOSK)
    assert (only["ref"], only["kiosk_at"]) == ("e3", "2026-11-22T01:59:58Z")
    text = CliRunner().invoke(main, ["kiosk", "events", "--db", server.db]).output
    assert f"2026-11-22T02:00:00Z {KIOSK} opened at 2026-11-22T01:59:58Z" in text


def test_a_reference_is_of_one_event_of_one_kiosk(server: Server) -> None:
    """Another event under a known reference is refused; another kiosk's is its own."""
    tell(server, "e1")
    path = EVENT_PATH.format(ref="e1")
    reused = (422, ProblemCode.REFERENCE_REUSED)
    assert server.refused("PUT", path, CabinetEvent("e1", CLOSED, AT)) == reused
    tell(server, "e1", OPENED, OTHER_KIOSK)
    (only,) = events(server, "--kiosk", OTHER_KIOSK)
    assert (only["ref"], only["kind"]) == ("e1", "opened")


@pytest.mark.parametrize(
    "body",
    [
        CabinetEvent("e2", OPENED, AT),
        CabinetEvent("e1", OPENED, "x" * 41),
        b'{"ref": "e1", "kind": "exploded", "at": ""}',
        b"",
    ],
)
def test_what_is_no_event_is_refused(server: Server, body: object) -> None:
    """Another reference than the path's, a long text, an unknown kind, nothing at all."""
    path = EVENT_PATH.format(ref="e1")
    assert server.refused("PUT", path, body) == (400, ProblemCode.BAD_REQUEST)
    assert events(server) == []


def test_an_unknown_kiosk_is_refused(server: Server) -> None:
    """Who is not registered neither tells nor asks."""
    unknown = (401, ProblemCode.CERTIFICATE_NEEDED)
    path = EVENT_PATH.format(ref="e1")
    assert server.refused("PUT", path, CabinetEvent("e1", OPENED, AT), kiosk="K9") == unknown
    assert server.refused("GET", HOLD_PATH, kiosk="K9") == unknown


def test_where_the_centre_releases_an_opened_kiosk_gets_no_assessment(held: Server) -> None:
    """Held from the opening until a person releases it, whatever the kiosk itself believes."""
    token, path = held.token(), assessment_path("a1")
    assert tell(held, "e1") == Hold(held=True)
    assert tell(held, "e2", CLOSED) == Hold(held=True)
    assert held.refused("PUT", path, ASKED, token=token) == (409, ProblemCode.KIOSK_HELD)
    other = held.token(kiosk=OTHER_KIOSK)
    assert held.get(Hold, "GET", HOLD_PATH, kiosk=OTHER_KIOSK) == Hold(held=False)
    held.get(Assessment, "PUT", assessment_path("b1"), ASKED, token=other, kiosk=OTHER_KIOSK)
    held.call("DELETE", assessment_path("b1"), kiosk=OTHER_KIOSK)
    assert release(held) == (0, f"{KIOSK} released\n")
    assert held.get(Hold, "GET", HOLD_PATH) == Hold(held=False)
    held.get(Assessment, "PUT", path, ASKED, token=token)
    assert tell(held, "e3") == Hold(held=True)
    kinds = [(one["kind"], one.get("by", "")) for one in events(held)]
    assert ("released", "operator") in kinds


def test_nothing_is_released_that_was_not_opened(held: Server) -> None:
    """Told in one line; a second release of the same opening too."""
    assert release(held)[0] == 1
    tell(held, "e1")
    assert release(held)[0] == 0
    code, output = release(held)
    assert code == 1 and "not opened since" in output
