"""From a code in kioskd.txt to a kiosk that the centre answers, over real TLS."""

from collections.abc import Callable
from pathlib import Path

import pytest
from central_server import KIOSK, Server
from sqlalchemy import Connection

from kiosk_central.store.engine import open_engine, write
from kiosk_central.trust.enrolment import make_code, revoke
from kioskd.cli import main
from kioskd.domain.enrolment_code import grouped
from kioskd.provision import enrolment
from kioskd.provision.boot import provision
from kioskd.provision.enrolment import Ending
from kioskd.provision.reporting import tell
from tests.unit.provision_world import CODE, GOOD, Card, ca_of


class NewKiosk:
    """A card before its first boot, and the centre that waits for it."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.card = Card(folder)
        (self.card.places.boot / "centre-ca.pem").write_bytes(Path(server.trust.ca).read_bytes())

    def at_the_books(self, job: Callable[[Connection], object]) -> object:
        engine = open_engine(self.server.db)
        done = write(engine, job)
        engine.dispose()
        return done

    def code(self) -> str:
        code = self.at_the_books(lambda at: grouped(make_code(at, self.server.now, KIOSK)))
        return str(code)

    def boot(self, code: str) -> None:
        """Start with a code in the file; state and identity are in the card's folder."""
        places = self.card.places
        centre = self.server.url.removeprefix("https://")
        self.card.write(GOOD.replace("centre.example:8470", centre).replace(CODE, code))
        self.tell()
        with open(places.config, "a", encoding="utf-8") as config:
            config.write(f'kiosk.state_dir = "{places.state}"\n')
            config.write(f'central.identity = "{places.state}/identity"\n')

    def tell(self) -> None:
        tell(self.card.places, self.card.machine, provision(self.card.places, self.card.machine))

    def enrol(self, monkeypatch: pytest.MonkeyPatch) -> int:
        """Try once, as the unit does; then let root tell."""
        places = self.card.places
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(places.vault))
        words = ("--run", str(places.run), "--config", str(places.config))
        return main(["provision", "enrol", *words])

    def outcome(self) -> enrolment.Outcome:
        found = enrolment.saved(self.card.places.enrolment)
        assert found is not None
        return found


@pytest.fixture
def kiosk(server: Server, tmp_path: Path) -> NewKiosk:
    (tmp_path / "card").mkdir()
    return NewKiosk(server, tmp_path / "card")


def test_a_code_in_the_file_becomes_an_identity(
    kiosk: NewKiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys are made here, the centre answers, and the code is nowhere any more."""
    code = kiosk.code()
    kiosk.boot(code)
    assert kiosk.enrol(monkeypatch) == 0
    assert kiosk.outcome().ending is Ending.ENROLLED
    kiosk.tell()
    report = kiosk.card.places.report.read_text(encoding="utf-8-sig")
    assert "Certificate until" in report and not kiosk.card.places.notice.exists()
    texts = [file.read_bytes() for file in kiosk.card.folder.rglob("*") if file.is_file()]
    assert not [text for text in texts if code.encode() in text]


def test_the_power_goes_before_root_knows(kiosk: NewKiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code is tried again and was used: the identity it brought shows that all is well."""
    kiosk.boot(kiosk.code())
    assert kiosk.enrol(monkeypatch) == 0
    before = (kiosk.card.places.state / "identity" / "identity.pem").read_bytes()
    kiosk.card.places.enrolment.unlink()
    assert kiosk.enrol(monkeypatch) == 0
    assert kiosk.outcome().ending is Ending.ENROLLED
    assert (kiosk.card.places.state / "identity" / "identity.pem").read_bytes() == before


def test_a_code_of_yesterday_is_refused_for_good(
    kiosk: NewKiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason comes to report and notice; a new code in the file is tried afresh."""
    kiosk.boot(kiosk.code())
    kiosk.code()  # a newer one ends it
    assert kiosk.enrol(monkeypatch) == 1
    kiosk.tell()
    assert "(I-11)" in kiosk.card.places.report.read_text(encoding="utf-8-sig")
    kiosk.card.places.enrolment.unlink()  # what /run keeps until power-off
    kiosk.boot(kiosk.code())
    assert kiosk.enrol(monkeypatch) == 0


def test_a_revoked_kiosk_is_not_taken_for_enrolled(
    kiosk: NewKiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An identity that the centre does not take proves nothing."""
    kiosk.boot(kiosk.code())
    assert kiosk.enrol(monkeypatch) == 0
    kiosk.at_the_books(lambda at: revoke(at, kiosk.server.now, KIOSK, "stolen"))
    assert kiosk.enrol(monkeypatch) == 1
    assert kiosk.outcome().ending is Ending.REFUSED


def test_a_foreign_centre_is_not_told_the_code(
    kiosk: NewKiosk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A certificate of another CA ends the talk before a byte of ours; it is tried again."""
    code = kiosk.code()
    (kiosk.card.places.boot / "centre-ca.pem").write_bytes(ca_of(tmp_path / "foreign"))
    kiosk.boot(code)
    assert kiosk.enrol(monkeypatch) == 75
    assert "SSLError" in kiosk.outcome().detail
    (kiosk.card.places.boot / "centre-ca.pem").write_bytes(Path(kiosk.server.trust.ca).read_bytes())
    kiosk.card.places.enrolment.unlink()
    kiosk.boot("(used)")
    assert kiosk.enrol(monkeypatch) == 0
