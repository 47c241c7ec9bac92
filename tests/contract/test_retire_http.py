"""A kiosk with a journal and the centre it tells its last word to, over real TLS."""

import sqlite3
from pathlib import Path

import pytest
import trio
from central_server import KIOSK, Server, assessment_path
from click.testing import CliRunner

from kiosk_central.cli import main
from kiosk_central.recent import BELIEVED_S
from kiosk_central.retirements import list_retirements
from kiosk_central.store.engine import open_engine, read
from kioskd.config import Config, load
from kioskd.domain.contribution import Assessment, Month, Scheme
from kioskd.domain.enrolment_code import read_code
from kioskd.errors import IdentityRefused, ServerRefused
from kioskd.protocols.central import AssessmentRequest
from kioskd.protocols.central_retire import Retirement
from kioskd.provision import enrolling, enrolment
from kioskd.provision.retirement import Refusal, Retiring, Stage
from kioskd.provision.retiring import retire
from kioskd.relay.client import CentralClient
from kioskd.relay.retire import find_retirement, tell_retirement
from tests.journals import lent
from tests.unit.provision_world import GOOD, Card

WITHIN_S = 3.0
"""How long a delivery that cannot succeed is tried."""


class Site:
    """A kiosk that was enrolled, its data partition, and its centre."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self.card = server, Card(folder)
        self.card.machine.free = 5 << 20
        places = self.card.places
        (places.boot / "centre-ca.pem").write_bytes(Path(server.trust.ca).read_bytes())
        url = server.url.removeprefix("https://")
        self.card.write(GOOD.replace("centre.example:8470", url))
        self.card.boot()
        self.card.enrol()
        pair = Path(server.trust.pair(KIOSK)).read_bytes()
        (places.state / "identity" / "identity.pem").write_bytes(pair)
        with open(places.config, "a", encoding="utf-8") as config:
            config.write(f'kiosk.state_dir = "{places.state}"\n')
            config.write(f'central.identity = "{places.state}/identity"\n')
        self.config: Config = load(places.config)

    def retire(self, reason: str = "") -> Retiring | Refusal:
        return retire(
            self.card.places, self.card.machine, self.config, "Li", reason, within_s=WITHIN_S
        )

    def at_the_centre(self) -> list[dict[str, object]]:
        engine = open_engine(self.server.db)
        found = read(engine, lambda at: list_retirements(at, KIOSK))
        engine.dispose()
        return found


@pytest.fixture
def site(server: Server, tmp_path: Path) -> Site:
    (tmp_path / "card").mkdir()
    return Site(server, tmp_path / "card")


def test_a_journal_is_told_before_it_is_wiped(site: Site) -> None:
    """What was not delivered is delivered now, links too; then the certificates end."""
    asked = AssessmentRequest(Scheme.PENSION, 100, (Month(2026, 10),))
    token = site.server.token()
    site.server.get(Assessment, "PUT", assessment_path("a1"), asked, kiosk=KIOSK, token=token)
    with lent(site.card.places.state) as books:
        books.confirmed(18, "a1")
        series = books.store.series
    found = site.retire()
    assert isinstance(found, Retiring) and found.stage is Stage.WIPED and found.at
    (row,) = site.at_the_centre()
    assert (row["kind"], row["by"], row["series"], row["seq"]) == ("kiosk", "Li", series, 3)
    assert not site.card.places.state.joinpath("journal.db").exists()


def test_a_kiosk_that_never_served(site: Site) -> None:
    """There is no journal, and that is told too."""
    assert isinstance(site.retire(), Retiring)
    assert site.at_the_centre()[0]["seq"] == 0


@pytest.mark.parametrize("reason", ["", "sold"])
def test_a_payment_in_doubt_is_never_wiped(site: Site, reason: str) -> None:
    """Whatever reason is given; its reference is named, and the centre keeps the kiosk."""
    with lent(site.card.places.state) as books:
        ref = books.unknown().ref
    found = site.retire(reason)
    assert isinstance(found, Refusal) and found.final and ref in found.left[0]
    assert not site.at_the_centre()


def test_an_unresolved_payment_waits_for_the_centre_to_decide(site: Site) -> None:
    """The kiosk cannot find out any more; the centre says how many it has to decide."""
    with lent(site.card.places.state) as books:
        books.unresolved()
    found = site.retire("sold")
    assert found == Refusal(("the centre refuses: payments 1",), final=True)
    assert site.card.places.state.joinpath("journal.db").exists()


def test_a_damaged_journal_is_never_wiped(site: Site) -> None:
    """Nobody can say what was in it."""
    with lent(site.card.places.state) as books:
        books.confirmed(18)
    with sqlite3.connect(site.card.places.state / "journal.db") as db:
        db.execute("DELETE FROM entry WHERE seq = 1")
    db.close()
    found = site.retire("sold")
    assert isinstance(found, Refusal) and found.final and "damaged" in found.left[0]


def test_another_disk_than_the_centre_has_seen(site: Site) -> None:
    """An old copy of the journal is not the last word of this kiosk."""
    state = site.card.places.state
    with lent(state) as books:
        books.confirmed(18)
        books.store.tidy()
    old = (state / "journal.db").read_bytes()
    with lent(state) as books:
        books.confirmed(19)
    # Tell the centre all of it, but do not end: somebody holds a payment open meanwhile.
    with lent(state) as books:
        books.unknown()
    assert isinstance(site.retire(), Refusal)
    for part in ("-wal", "-shm"):
        (state / f"journal.db{part}").unlink(missing_ok=True)
    (state / "journal.db").write_bytes(old)
    found = site.retire()
    assert isinstance(found, Refusal) and not site.at_the_centre()
    assert any("entries of the journal" in line for line in found.left)


async def test_a_retired_kiosk_is_nobody(site: Site) -> None:
    """Its certificate is refused; whoever knows the reference is told, nobody else."""
    line = CentralClient(site.config.central, KIOSK)
    head = await line.journal_head("NONE")
    told = Retirement("0123abcd", "2026-11-22T02:00:00Z", "Li", "NONE", 0, head.head)
    done = await tell_retirement(line, KIOSK, told)
    with pytest.raises(IdentityRefused):
        await line.server_time()
    assert await find_retirement(line, KIOSK, "0123abcd") == done
    assert await find_retirement(line, KIOSK, "0123abce") is None
    assert await find_retirement(line, "K0124", "0123abcd") is None


async def test_a_kiosk_ends_nobody_but_itself(site: Site) -> None:
    """And not with a journal that the centre does not know."""
    line = CentralClient(site.config.central, KIOSK)
    head = await line.journal_head("NONE")
    other = Retirement("0123abcd", "2026-11-22T02:00:00Z", "Li", "NONE", 0, head.head)
    with pytest.raises(ServerRefused) as refused:
        await tell_retirement(line, "K0124", other)
    assert refused.value.code == "kiosk_other"
    wrong = Retirement("0123abcd", "2026-11-22T02:00:00Z", "Li", "NONE", 7, b"h" * 32)
    with pytest.raises(ServerRefused) as refused:
        await tell_retirement(line, KIOSK, wrong)
    assert (refused.value.code, refused.value.detail) == ("state_conflict", "journal 0 of 7")


async def test_a_new_unit_takes_the_place(site: Site, tmp_path: Path) -> None:
    """The old one's certificate ends; the new one enrols by the code."""
    words = ["kiosk", "replace", KIOSK, "--db", site.server.db, "--by", "Wang", "--note", "burnt"]
    told = await trio.to_thread.run_sync(lambda: CliRunner().invoke(main, words))
    assert told.exit_code == 0, told.output
    code = read_code(told.output.splitlines()[0])
    assert code is not None and "nothing left open" in told.output
    await trio.sleep(BELIEVED_S)  # another process wrote it: the server believes a second
    with pytest.raises(IdentityRefused):
        await CentralClient(site.config.central, KIOSK).server_time()
    (tmp_path / "new").mkdir()
    new = Site(site.server, tmp_path / "new")
    (new.card.places.state / "identity" / "identity.pem").unlink()
    line = CentralClient(new.config.central, KIOSK)
    outcome = await enrolling.try_once(line, KIOSK, code, 0.0)
    assert outcome.ending is enrolment.Ending.ENROLLED
    await line.server_time()
    assert [row["kind"] for row in site.at_the_centre()] == ["replaced"]
