"""The whole story of a province: built, used, attacked, broken, upgraded, lost and put back."""

import tempfile
from contextlib import ExitStack
from functools import partial
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, select

from kiosk_central.store.engine import open_engine, read
from kiosk_central.store.tables import metadata
from tools.load.failover import Load
from tools.load.pair import DATABASE, QUORUM, running_pair
from tools.load.town import Town, make_town
from tools.province.checks import Checks
from tools.province.harm import (
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

KIOSKS = tuple(f"KP{number:02d}" for number in range(8))
NEW, STOLEN = "KP99", "KP98"
SPARE = "spare"
REST_S = 0.1


def run(checks: Checks, payments: int, seconds: float) -> None:
    """Do it all in a private folder; ``seconds`` are paid before and after each harm.

    PostgreSQL and haproxy must be there. Nothing is left behind.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kiosk-province-")))
        trust = folder / "trust"
        pair = stack.enter_context(running_pair(QUORUM))
        quorum = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'quorum'"
        checks.note(
            "start",
            "standbys, one of which a commit waits for",
            pair.run("primary", quorum)[0][0],
            2,
        )
        told = centre("migrate", "--db", pair.url)
        checks.hold("start", "kiosk-central migrate", told.startswith("revision"), told)
        town = make_town(pair.url, trust, KIOSKS, payments)
        place = stack.enter_context(copies(pair, trust, tuple(COPIES)))
        proxy = stack.enter_context(proxying(folder, trust, place.ports))
        checks.hold("start", "haproxy with the file that ships, before two copies", True, "answers")
        kiosk = RealKiosk(NEW, folder, proxy.kiosks, trust)
        checks.hold("kiosk", "enrolled by its code; good until", True, enrolled(kiosk, town))
        stack.enter_context(kiosk.alive())
        number = kiosk.visit().receipt_number
        checks.hold("kiosk", "log-in, offer, assessment, payment; receipt", bool(number), number)
        enrolled(RealKiosk(STOLEN, folder, proxy.kiosks, trust), town)
        clerk = Clerk(proxy.public, trust)
        checks.note(
            "staff", "a clerk sets up, logs in and sees the desk", clerk.set_up(pair.url), 200
        )
        check_strangers(checks, proxy, town, STOLEN, folder)
        check_addresses(checks, proxy, town)
        harm(checks, place, town, kiosk, proxy, folder, seconds)
        checks.note("staff", "the clerk after all that, still logged in", clerk.look(), 200)
        lose_everything(checks, place, kiosk, proxy, folder)


def enrolled(kiosk: RealKiosk, town: Town) -> str:
    """Put a new kiosk on record and enrol it through the proxy; return when that ends."""
    centre("kiosk", "add", kiosk.name, "--db", town.url, "--outlet", "east")
    return kiosk.enrol(centre("kiosk", "enrol", kiosk.name, "--db", town.url))


def harm(
    checks: Checks,
    place: Place,
    town: Town,
    kiosk: RealKiosk,
    proxy: Proxy,
    folder: Path,
    seconds: float,
) -> None:
    """Break what may break while kiosks pay, and compare everything in the end."""
    with Load(town, [proxy.kiosks], REST_S) as load:
        scene = Scene(checks, place, load, kiosk, proxy.kiosks, seconds)
        lose_a_copy(scene)
        bring_a_release(scene)
        bring_a_revision(scene, partial(centre, "migrate", "--db", place.url))
        lose_the_primary(scene)
        taken = centre("backup", "take", "--db", place.url, str(folder / "busy.backup"))
        kept = centre("backup", "check", str(folder / "busy.backup"))
        checks.hold("backup", "taken and checked while kiosks pay", taken == kept, _sums(taken))
        lose_the_last_standby(scene)
    compare(checks, town, load, kiosk)
    _verify(checks, place.url)
    restore_elsewhere(checks, place, folder / "busy.backup")


def restore_elsewhere(checks: Checks, place: Place, file: Path) -> None:
    """Put the backup that was taken under load back into a database of its own."""
    pair = place.pair
    pair.run(pair.farthest(), f"CREATE DATABASE {SPARE} TEMPLATE template0")
    again = centre("backup", "restore", "--db", pair.url_of(SPARE), str(file))
    kept = centre("backup", "check", str(file))
    checks.hold(
        "backup", "put back into a spare database, its sums found", again == kept, _sums(again)
    )
    _verify(checks, pair.url_of(SPARE))


def lose_everything(
    checks: Checks, place: Place, kiosk: RealKiosk, proxy: Proxy, folder: Path
) -> None:
    """Lose the database and put the newest backup back; nobody may see a difference."""
    place.stop_all()
    file, before = str(folder / "last.backup"), rows_of(place.url)
    taken = centre("backup", "take", "--db", place.url, file)
    primary = place.pair.farthest()
    place.pair.run(primary, f"DROP DATABASE {DATABASE} WITH (FORCE)")
    place.pair.run(primary, f"CREATE DATABASE {DATABASE} TEMPLATE template0")
    put_back = centre("backup", "restore", "--db", place.url, file)
    checks.hold("restore", "database lost, put back: its sums", put_back == taken, _sums(taken))
    differing = [name for name, rows in rows_of(place.url).items() if rows != before[name]]
    checks.note("restore", f"tables that differ, of {len(before)}, row by row", differing, [])
    place.start_all()
    await_answer(proxy.kiosks, place.trust)
    last = kiosk.paid[-1]
    checks.note("restore", "what the kiosk paid last is known", kiosk.ask(last).ref, last)
    number = kiosk.visit_when_possible().receipt_number
    checks.hold("restore", "the next visit ends with the next receipt", bool(number), number)
    _verify(checks, place.url)


def rows_of(url: str) -> dict[str, str]:
    """Return the SHA-256 over the rows of each table."""

    def digests(connection: Connection) -> dict[str, str]:
        return {
            table.name: sha256(
                "\n".join(
                    sorted(repr(tuple(row)) for row in connection.execute(select(table)))
                ).encode()
            ).hexdigest()
            for table in metadata.sorted_tables
        }

    engine = open_engine(url)
    try:
        return read(engine, digests)
    finally:
        engine.dispose()


def _verify(checks: Checks, url: str) -> None:
    told = centre("ledger", "verify", "--db", url)
    checks.hold("books", "kiosk-central ledger verify", True, told.splitlines()[-1])


def _sums(told: str) -> str:
    return told.splitlines()[1]
