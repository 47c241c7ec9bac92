"""Who a kiosk is, by its certificate: looked up together, never believed longer than a second."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Connection, Engine, event, update

from kiosk_central.people import Kiosk
from kiosk_central.problems import Refused
from kiosk_central.store.engine import open_engine, write
from kiosk_central.store.schema import kiosks
from kiosk_central.together import KEYS_MAX, Together
from kiosk_central.trust.ca import Issuer
from kiosk_central.trust.enrolment import revoke
from kiosk_central.trust.identity import ATTESTED_MAX, Attestations
from kiosk_central.trust.register import Register
from kioskd.protocols.central import ProblemCode
from tests.databases import KINDS, Template, cluster_of
from tests.trust import Trust
from tests.unit.central_world import KIOSK, OTHER_KIOSK, make_city

GONE = ProblemCode.CERTIFICATE_REVOKED
NEEDED = ProblemCode.CERTIFICATE_NEEDED


@pytest.fixture(scope="module", params=KINDS)
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return make_city(tmp_path_factory.mktemp("city"), cluster_of(request))


@dataclass
class Door:
    """A register with its database, and two clocks turned by hand."""

    engine: Engine
    trust: Trust
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    monotonic: float = 100.0
    looks: int = 0
    register: Register = field(init=False)

    def __post_init__(self) -> None:
        self.register = Register(
            self.engine, self.trust.issuer, lambda: self.now, lambda: self.monotonic
        )
        event.listen(self.engine, "before_cursor_execute", self._count)

    def _count(self, *words: object) -> None:
        self.looks += "kiosk_certificates" in str(words[2]) and str(words[2]).startswith("SELECT")

    def shows(self, *kiosk_ids: str) -> list[Kiosk | ProblemCode]:
        """Let kiosks show their certificates, all at once."""
        return self.takes(*(der(self.trust, kiosk_id) for kiosk_id in kiosk_ids))

    def takes(self, *certificates: bytes) -> list[Kiosk | ProblemCode]:
        """Return who is behind each of these certificates, or why nobody is."""

        async def all_of_them() -> list[Kiosk | BaseException]:
            asked = [self.register.kiosk_behind(one) for one in certificates]
            return await asyncio.gather(*asked, return_exceptions=True)

        return [told(one) for one in asyncio.run(all_of_them())]


def told(found: Kiosk | BaseException) -> Kiosk | ProblemCode:
    if isinstance(found, Refused):
        return found.code
    assert isinstance(found, Kiosk), found
    return found


def der(trust: Trust, kiosk_id: str) -> bytes:
    pem = Path(trust.pair(kiosk_id)).read_bytes()
    return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)


def id_of(found: Kiosk | ProblemCode) -> str:
    assert isinstance(found, Kiosk), found
    return found.id


@pytest.fixture
def door(template: Template, tmp_path: Path) -> Iterator[Door]:
    trust = Trust(tmp_path / "trust")
    with template.copied(tmp_path) as url:
        engine = open_engine(url)
        write(engine, lambda at: trust.enrol(at, KIOSK, OTHER_KIOSK))
        yield Door(engine, trust)
        engine.dispose()


def test_all_who_come_at_once_share_a_look(door: Door) -> None:
    """Of a hundred requests of two kiosks each is known by its own certificate, in two looks."""
    found = door.shows(*[KIOSK, OTHER_KIOSK] * 50)
    assert [id_of(one) for one in found] == [KIOSK, OTHER_KIOSK] * 50
    assert door.looks <= 2


def test_a_revoked_certificate_is_believed_for_a_second_at_most(door: Door) -> None:
    """It is good until that second is over, and then for nobody's connection; another's stays."""
    assert id_of(door.shows(KIOSK)[0]) == KIOSK
    write(door.engine, lambda at: revoke(at, door.now, KIOSK, "stolen"))
    door.monotonic += 0.9
    assert id_of(door.shows(KIOSK)[0]) == KIOSK
    door.monotonic += 0.1
    gone, other = door.shows(KIOSK, OTHER_KIOSK)
    assert gone is GONE and id_of(other) == OTHER_KIOSK


def test_what_was_revoked_here_is_known_at_once(door: Door) -> None:
    """Whoever writes forgets what it believed."""
    door.shows(KIOSK)
    write(door.engine, lambda at: revoke(at, door.now, KIOSK, "stolen"))
    door.register.forget()
    assert door.shows(KIOSK) == [GONE]


def test_a_kiosk_out_of_service_is_refused_within_a_second(door: Door) -> None:
    """Its certificate is still good, and it is let in again when it is back."""

    def put(active: bool) -> None:
        def job(at: Connection) -> None:
            at.execute(update(kiosks).where(kiosks.c.id == KIOSK).values(active=active))

        write(door.engine, job)
        door.monotonic += 1

    door.shows(KIOSK)
    put(False)
    assert door.shows(KIOSK) == [ProblemCode.KIOSK_UNKNOWN]
    put(True)
    assert id_of(door.shows(KIOSK)[0]) == KIOSK


def test_a_certificate_ends_at_its_moment(door: Door) -> None:
    """Though it was believed a moment ago: its end is looked at every time."""
    end = x509.load_der_x509_certificate(der(door.trust, KIOSK)).not_valid_after_utc
    door.now = end - timedelta(microseconds=1)
    assert id_of(door.shows(KIOSK)[0]) == KIOSK
    door.now = end
    assert door.shows(KIOSK) == [NEEDED]


def test_the_next_certificate_is_good_at_once(door: Door) -> None:
    """And the one before stays good: a kiosk may still have connections with it."""
    before = der(door.trust, KIOSK)
    assert id_of(door.takes(before)[0]) == KIOSK
    write(door.engine, lambda at: door.trust.enrol(at, KIOSK))
    after = der(door.trust, KIOSK)
    assert after != before
    assert [id_of(one) for one in door.takes(after, before)] == [KIOSK, KIOSK]


def test_who_is_not_of_our_ca_or_not_on_record_is_nobody(door: Door, tmp_path: Path) -> None:
    """A foreign CA's, nonsense, the CA's own, and one that no table has."""
    foreign = der(Trust(tmp_path / "foreign"), KIOSK)
    ca = x509.load_pem_x509_certificate(Path(door.trust.ca).read_bytes())
    stranger = der(door.trust, "K9999")
    certificates = (foreign, b"nonsense", ca.public_bytes(Encoding.DER), stranger)
    assert door.takes(*certificates) == [NEEDED] * 4


class Counting:
    """An issuer that counts what it is asked to verify; fulfils that half of ``Issuer``."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer, self.asked = issuer, 0

    def issued(self, certificate: x509.Certificate) -> bool:
        self.asked += 1
        return self._issuer.issued(certificate)


def test_a_certificate_is_verified_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That our CA has signed it never changes; only so many are remembered, the oldest go."""
    monkeypatch.setattr("kiosk_central.trust.identity.ATTESTED_MAX", 2)
    assert ATTESTED_MAX >= 100_000
    trust = Trust(tmp_path / "trust")
    issuer, known = Counting(trust.issuer), Attestations()
    first, second, third = (der(trust, kiosk_id) for kiosk_id in ("K1", "K2", "K3"))
    for one in (first, first, second, first):
        known.read(issuer, one)  # type: ignore[arg-type]
    assert issuer.asked == 2
    for one in (third, second, first):
        known.read(issuer, one)  # type: ignore[arg-type]
    assert issuer.asked == 4


def test_questions_of_a_look_that_is_under_way_wait_for_the_next() -> None:
    """Each look takes all that wait, but not more than a statement can hold; each is answered."""
    looks: list[int] = []

    async def look(keys: Sequence[int]) -> Mapping[int, int]:
        looks.append(len(keys))
        await asyncio.sleep(0)
        return {key: key * key for key in keys if key % 2}

    async def ask() -> list[int | None]:
        together = Together(look)
        first = together.ask(1)
        await asyncio.sleep(0)
        rest = [together.ask(key) for key in range(2, KEYS_MAX + 3)]
        return [await one for one in (first, *rest)]

    answers = asyncio.run(ask())
    assert answers == [key * key if key % 2 else None for key in range(1, KEYS_MAX + 3)]
    assert looks == [1, KEYS_MAX, 1]


def test_a_look_that_fails_fails_all_who_asked_and_nobody_later() -> None:
    """The database was gone for a moment: the next question is answered."""
    failures = [OSError("gone")]

    async def look(keys: Sequence[int]) -> Mapping[int, int]:
        if failures:
            raise failures.pop()
        return dict.fromkeys(keys, 1)

    async def ask() -> tuple[list[int | BaseException | None], int | None]:
        together = Together(look)
        both = await asyncio.gather(together.ask(1), together.ask(2), return_exceptions=True)
        return both, await together.ask(1)

    both, later = asyncio.run(ask())
    assert [type(one) for one in both] == [OSError, OSError] and later == 1
