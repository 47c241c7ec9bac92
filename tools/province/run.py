"""The whole story of a province: built, used, attacked, broken, upgraded, lost and put back."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, select

from kiosk_central.store.engine import open_engine, read
from kiosk_central.store.tables import metadata
from tools.load.city import City, make_city
from tools.load.failover import Load
from tools.load.pair import DATABASE, PRIMARY, QUORUM, Pair, running_pair
from tools.province.checks import Checks
from tools.province.harm import (
    PATIENCE_S,
    Scene,
    bring_a_release,
    bring_a_revision,
    compare,
    lose_a_copy,
    lose_the_last_standby,
    lose_the_primary,
)
from tools.province.kiosk import RealKiosk
from tools.province.place import Place, centre, copies
from tools.province.proxy import COPIES, Proxy, await_answer, proxying
from tools.province.staff import Clerk
from tools.province.strangers import check_addresses, check_strangers

KIOSKS = 8
NEW, STOLEN = "KP99", "KP98"
SPARE = "spare"
REST_S = 0.1


@dataclass(frozen=True, slots=True)
class Story:
    """Everybody in it."""

    checks: Checks
    folder: Path
    pair: Pair
    place: Place
    proxy: Proxy
    town: City
    kiosk: RealKiosk

    def verify(self, url: str) -> None:
        """Let the centre work out its books again."""
        told = centre("ledger", "verify", "--db", url)
        self.checks.note("books", "kiosk-central ledger verify", told, "0 findings")


def run(checks: Checks, payments: int, seconds: float) -> None:
    """Do it all in a private folder; ``seconds`` are paid before and after each harm.

    PostgreSQL and haproxy must be there. Nothing is left behind.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kiosk-province-")))
        pair = stack.enter_context(running_pair(QUORUM))
        quorum = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'quorum'"
        standbys = pair.run(PRIMARY, quorum)[0][0]
        checks.note("start", "standbys, one of which a commit waits for", standbys, 2)
        place, proxy, town = stack.enter_context(served(checks, folder, pair.url, payments))
        kiosk = stack.enter_context(new_kiosk(checks, folder, proxy, town))
        story = Story(checks, folder, pair, place, proxy, town, kiosk)
        clerk = Clerk(proxy.public, town.trust)
        desk = clerk.set_up(pair.url)
        checks.note("staff", "a clerk sets up, logs in and sees the desk", desk, 200)
        enrolled(RealKiosk(STOLEN, folder, proxy.kiosks, town.trust), town)
        check_strangers(checks, proxy, town, STOLEN, folder)
        check_addresses(checks, proxy, town)
        harm(story, seconds)
        checks.note("staff", "the clerk after all that, still logged in", clerk.look(), 200)
        lose_everything(story)


@contextmanager
def served(
    checks: Checks, folder: Path, url: str, payments: int
) -> Iterator[tuple[Place, Proxy, City]]:
    """Fill an empty database with a town, and serve it by copies behind haproxy."""
    trust = folder / "trust"
    told = centre("migrate", "--db", url)
    checks.hold("start", "kiosk-central migrate", told.startswith("revision"), told)
    town = make_city(url, trust, KIOSKS, payments)
    with copies(url, trust, tuple(COPIES)) as place, proxying(folder, trust, place.ports) as proxy:
        checks.hold("start", "haproxy with the file that ships, before two copies", True, "answers")
        yield place, proxy, town


@contextmanager
def new_kiosk(checks: Checks, folder: Path, proxy: Proxy, town: City) -> Iterator[RealKiosk]:
    """Enrol a kiosk through the proxy and let somebody pay there."""
    kiosk = RealKiosk(NEW, folder, proxy.kiosks, town.trust)
    checks.hold("kiosk", "enrolled by its code; good until", True, enrolled(kiosk, town))
    with kiosk.alive():
        number = kiosk.visit().receipt_number
        checks.hold("kiosk", "log-in, offer, assessment, payment; receipt", bool(number), number)
        yield kiosk


def enrolled(kiosk: RealKiosk, town: City) -> str:
    """Put a new kiosk on record and enrol it through the proxy; return when that ends."""
    centre("kiosk", "add", kiosk.name, "--db", town.url, "--outlet", "east")
    return kiosk.enrol(centre("kiosk", "enrol", kiosk.name, "--db", town.url))


def harm(story: Story, seconds: float) -> None:
    """Break what may break while kiosks pay, and compare everything in the end."""
    checks, place, file = story.checks, story.place, str(story.folder / "busy.backup")
    with Load(story.town, [story.proxy.kiosks], REST_S, PATIENCE_S) as load:
        scene = Scene(checks, place, load, story.kiosk, story.proxy.kiosks, seconds)
        lose_a_copy(scene)
        bring_a_release(scene)
        bring_a_revision(scene, partial(centre, "migrate", "--db", place.url))
        lose_the_primary(scene, story.pair)
        taken = centre("backup", "take", "--db", place.url, file)
        kept = centre("backup", "check", file)
        checks.hold("backup", "taken and checked while kiosks pay", taken == kept, _sums(taken))
        lose_the_last_standby(scene, story.pair)
    compare(checks, story.town, load, story.kiosk)
    story.verify(place.url)
    story.pair.run(story.pair.writable(), f"CREATE DATABASE {SPARE} TEMPLATE template0")
    spare = story.pair.url_of(SPARE)
    again = centre("backup", "restore", "--db", spare, file)
    what = "put back into a spare database, its sums found"
    checks.hold("backup", what, again == kept, _sums(again))
    story.verify(spare)


def lose_everything(story: Story) -> None:
    """Lose the database and put the newest backup back; nobody may see a difference."""
    checks, place, kiosk, pair = story.checks, story.place, story.kiosk, story.pair
    place.stop_all()
    file, before = str(story.folder / "last.backup"), rows_of(place.url)
    taken = centre("backup", "take", "--db", place.url, file)
    primary = pair.writable()
    pair.run(primary, f"DROP DATABASE {DATABASE} WITH (FORCE)")
    pair.run(primary, f"CREATE DATABASE {DATABASE} TEMPLATE template0")
    again = centre("backup", "restore", "--db", place.url, file)
    checks.hold("restore", "database lost, put back: its sums", again == taken, _sums(again))
    differing = [name for name, rows in rows_of(place.url).items() if rows != before[name]]
    checks.note("restore", f"tables that differ, of {len(before)}, row by row", differing, [])
    place.start_all()
    await_answer(story.proxy.kiosks, place.trust)
    last = kiosk.paid[-1]
    checks.note("restore", "what the kiosk paid last is known", kiosk.ask(last).ref, last)
    number = kiosk.visit_when_possible().receipt_number
    checks.hold("restore", "the next visit ends with the next receipt", bool(number), number)
    story.verify(place.url)


def rows_of(url: str) -> dict[str, str]:
    """Return the SHA-256 over the rows of each table."""
    engine = open_engine(url)
    try:
        return read(engine, _digests)
    finally:
        engine.dispose()


def _digests(connection: Connection) -> dict[str, str]:
    found = {}
    for table in metadata.sorted_tables:
        rows = sorted(repr(tuple(row)) for row in connection.execute(select(table)))
        found[table.name] = sha256("\n".join(rows).encode()).hexdigest()
    return found


def _sums(told: str) -> str:
    return told.splitlines()[1]
