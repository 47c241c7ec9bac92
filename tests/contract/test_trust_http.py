"""Who a kiosk is, over real TLS: codes, certificates, and what else it may say of itself."""

import asyncio
import time
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
import requests
from central_server import KIOSK, OTHER_KIOSK, Server
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Connection

from kiosk_central.app import build_app, build_centre
from kiosk_central.recent import BELIEVED_S
from kiosk_central.region import load_region
from kiosk_central.store.engine import open_engine, write
from kiosk_central.trust import ca
from kiosk_central.trust.enrolment import make_code, revoke
from kioskd.domain.enrolment_code import code_of
from kioskd.domain.region import RegionPack
from kioskd.domain.secret import EnrolmentCode
from kioskd.domain.trouble import TroubleReason
from kioskd.errors import IdentityRefused, NoIdentity, ServerUnreachable
from kioskd.protocols import central
from kioskd.protocols.central import ProblemCode, ServerTime
from kioskd.protocols.central_trust import (
    CERTIFICATE_PATH,
    ENROL_PATH,
    EnrolmentRequest,
    IssuedCertificate,
    RenewalRequest,
)
from kioskd.relay.client import CentralClient
from kioskd.relay.enrolment import enrol, renew_if_due
from kioskd.relay.settings import CentralSettings
from tests.patience import PATIENCE_S
from tests.trust import Trust

T = TypeVar("T")
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def csr(by: Key) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "any")])
    made = x509.CertificateSigningRequestBuilder().subject_name(name).sign(by, SHA256())
    return made.public_bytes(Encoding.DER)


def at_the_books(server: Server, job: Callable[[Connection], T]) -> T:
    engine = open_engine(server.db)
    done = write(engine, job)
    engine.dispose()
    return done


def code_for(server: Server, kiosk: str = KIOSK) -> EnrolmentCode:
    return at_the_books(server, lambda at: make_code(at, server.now, kiosk))


def status(server: Server, path: str, pair: str) -> int:
    """Ask with any key and certificate, over a connection of its own."""
    found = requests.get(server.url + path, verify=server.trust.ca, cert=pair, timeout=PATIENCE_S)
    return found.status_code


def revoked(server: Server, kiosk: str = KIOSK) -> int:
    return at_the_books(server, lambda at: revoke(at, server.now, kiosk, "stolen"))


def enrolment_refused(server: Server, code: EnrolmentCode, request: bytes) -> ProblemCode:
    body = EnrolmentRequest(KIOSK, code, request)
    return server.refused("POST", ENROL_PATH, body, kiosk="")[1]


def test_a_code_is_good_for_one_key(server: Server) -> None:
    """The same key gets the same certificate again, as after a lost answer; another gets none."""
    body = EnrolmentRequest(KIOSK, code_for(server), csr(key()))
    first = server.get(IssuedCertificate, "POST", ENROL_PATH, body, kiosk="")
    assert server.get(IssuedCertificate, "POST", ENROL_PATH, body, kiosk="") == first
    assert enrolment_refused(server, body.code, csr(key())) is ProblemCode.CODE_USED


def test_a_certificate_is_of_thirty_days_for_this_kiosk(server: Server) -> None:
    """P-256, the kiosk's name in it, an hour of the past, and only good for calling."""
    body = EnrolmentRequest(KIOSK, code_for(server), csr(key()))
    given = server.get(IssuedCertificate, "POST", ENROL_PATH, body, kiosk="")
    found = x509.load_pem_x509_certificate(given.pem.encode())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [name.value for name in names] == ["urn:kiosk:K0123"]
    life = found.not_valid_after_utc - found.not_valid_before_utc
    assert life == timedelta(days=30, hours=1)
    uses = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(uses) == [x509.ExtendedKeyUsageOID.CLIENT_AUTH]


def test_a_code_ends_after_a_day(server: Server) -> None:
    """A code on a forgotten note opens nothing tomorrow."""
    code = code_for(server)
    server.now += timedelta(hours=24)
    assert enrolment_refused(server, code, csr(key())) is ProblemCode.CODE_EXPIRED


def test_a_newer_code_ends_the_one_before(server: Server) -> None:
    """There is one code for a kiosk at a time."""
    old = code_for(server)
    code_for(server)
    assert enrolment_refused(server, old, csr(key())) is ProblemCode.CODE_USED


def test_a_code_for_another_kiosk_is_no_code(server: Server) -> None:
    """A technician who takes the wrong note makes no kiosk into another one."""
    code = code_for(server, OTHER_KIOSK)
    assert enrolment_refused(server, code, csr(key())) is ProblemCode.CODE_UNKNOWN


def test_wrong_codes_are_soon_not_even_looked_at(server: Server) -> None:
    """Ten tries in ten minutes from one address."""
    request = csr(key())
    answers = [enrolment_refused(server, code_of(number), request) for number in range(11)]
    assert answers == [ProblemCode.CODE_UNKNOWN] * 10 + [ProblemCode.TOO_MANY_TRIES]
    server.now += timedelta(minutes=10)
    assert enrolment_refused(server, code_of(1), request) is ProblemCode.CODE_UNKNOWN


def _unsigned() -> bytes:
    whole = bytearray(csr(key()))
    whole[-1] ^= 1
    return bytes(whole)


@pytest.mark.parametrize(
    "request_",
    [
        csr(rsa.generate_private_key(65537, 2048)),
        csr(ec.generate_private_key(ec.SECP384R1())),
        _unsigned(),
        b"",
        b"nonsense",
        bytes(5000),
    ],
    ids=["rsa", "p384", "not signed", "empty", "nonsense", "long"],
)
def test_only_p256_requests_are_signed(server: Server, request_: bytes) -> None:
    """And the code is not used up by a bad request."""
    code = code_for(server)
    assert enrolment_refused(server, code, request_) is ProblemCode.CSR_NOT_ACCEPTED
    body = EnrolmentRequest(KIOSK, code, csr(key()))
    assert server.get(IssuedCertificate, "POST", ENROL_PATH, body, kiosk="").pem


def test_a_revoked_kiosk_is_told_so_everywhere(server: Server) -> None:
    """Within a second, over the connection it has; the time too, by which it looks."""
    assert server.get(RegionPack, "GET", central.REGION_PATH)
    assert revoked(server) == 1
    until = time.monotonic() + 10 * BELIEVED_S
    while server.call("GET", central.REGION_PATH).status_code == 200:
        assert time.monotonic() < until
    gone = (401, ProblemCode.CERTIFICATE_REVOKED)
    assert server.refused("GET", central.REGION_PATH) == gone
    assert server.refused("GET", central.TIME_PATH) == gone
    assert server.refused("POST", CERTIFICATE_PATH, RenewalRequest(csr(key()))) == gone
    assert server.get(RegionPack, "GET", central.REGION_PATH, kiosk=OTHER_KIOSK)


async def test_a_revoked_kiosk_knows_it(server: Server) -> None:
    """S-05 is what its screen says; a new code makes it known again."""
    revoked(server)
    client = server.client()
    with pytest.raises(IdentityRefused):
        await client.server_time()
    assert client.trouble is not None and client.trouble.code == "S-05"
    assert client.trouble.reason is TroubleReason.IDENTITY_REFUSED


def test_a_kiosk_that_calls_itself_another_is_refused(server: Server) -> None:
    """The certificate says who it is; a header that says otherwise is a fault or a lie."""
    line = {"verify": server.trust.ca, "cert": server.trust.pair(KIOSK), "timeout": 20}
    url, other = server.url + central.REGION_PATH, {"Kiosk-Id": OTHER_KIOSK}
    found = requests.get(url, headers=other, **line)
    assert (found.status_code, found.json()["code"]) == (403, "kiosk_other")
    assert requests.get(url, headers={"Kiosk-Id": KIOSK}, **line).status_code == 200


def test_a_foreign_ca_gets_no_connection(server: Server, tmp_path: Path) -> None:
    """Neither does the centre believe its kiosks, nor the kiosk its centre."""
    foreign = Trust(tmp_path / "foreign")
    with pytest.raises(requests.ConnectionError):
        status(server, central.TIME_PATH, foreign.pair(KIOSK))
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(server.url + central.TIME_PATH, verify=foreign.ca, timeout=PATIENCE_S)


async def test_a_kiosk_refuses_a_foreign_centre(server: Server, tmp_path: Path) -> None:
    """Whoever answers in the centre's place learns nothing."""
    foreign = Trust(tmp_path / "foreign")
    assert foreign.issuer
    settings = CentralSettings(server.url, foreign.ca, server.trust.identity(KIOSK))
    with pytest.raises(ServerUnreachable):
        await CentralClient(settings, KIOSK).server_time()


async def test_the_bundle_of_the_environment_changes_nothing(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REQUESTS_CA_BUNDLE is how a requests session is talked into another CA; ours is not."""
    foreign = Trust(tmp_path / "foreign")
    assert foreign.issuer
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, foreign.ca)
    assert (await server.client().server_time()).now


def aged(trust: Trust, folder: Path, monkeypatch: pytest.MonkeyPatch, **ago: float) -> Trust:
    """Return the same CA with kiosks whose certificates were given so long ago."""
    with monkeypatch.context() as past:
        past.setattr(ca, "utc_now", lambda: datetime.now(UTC) - timedelta(**ago))
        return copied(trust, folder)


def copied(trust: Trust, folder: Path) -> Trust:
    folder.mkdir()
    for name in (ca.CA_FILE, ca.CA_KEY_FILE):
        (folder / name).write_bytes((trust.folder / name).read_bytes())
    made = Trust(folder)
    made.pair(KIOSK)
    return made


async def test_an_expired_certificate(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS refuses it; the kiosk does not even call, and says S-04."""
    old = aged(server.trust, tmp_path / "old", monkeypatch, days=31)
    with pytest.raises(requests.ConnectionError):
        status(server, central.TIME_PATH, old.pair(KIOSK))
    client = CentralClient(old.settings(server.url, KIOSK), KIOSK)
    with pytest.raises(NoIdentity):
        await client.server_time()
    assert client.trouble is not None and client.trouble.code == "S-04"


def test_who_signs_packs_is_no_kiosk(server: Server, tmp_path: Path) -> None:
    """Its certificate is of the same CA, and for another use: TLS refuses it."""
    own, file = key(), tmp_path / "signer.pem"
    ca.write_key(file, own)
    with file.open("a", encoding="ascii") as out:
        out.write(server.trust.issuer.issue_pack_signer(own.public_key()).pem)
    with pytest.raises(requests.ConnectionError):
        status(server, central.REGION_PATH, str(file))


async def test_a_new_kiosk_enrols_and_is_known(server: Server, tmp_path: Path) -> None:
    """Nothing, then a code, then service; the key has never left the folder."""
    settings = CentralSettings(server.url, server.trust.ca, str(tmp_path / "identity"))
    client = CentralClient(settings, KIOSK)
    with pytest.raises(NoIdentity):
        await client.region()
    await enrol(client, client.identity, KIOSK, code_for(server))
    assert await client.region() is not None
    assert client.identity.file.stat().st_mode & 0o777 == 0o600
    kept = {file.name for file in (tmp_path / "identity").iterdir()}
    assert kept == {"identity.pem", "technician.key"}


async def test_renewal_at_a_third_of_life(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not before; then with a new key, over new connections, and the old one is still good."""
    settings = CentralSettings(server.url, server.trust.ca, str(tmp_path / "identity"))
    client = CentralClient(settings, KIOSK)
    with monkeypatch.context() as past:
        past.setattr(ca, "utc_now", lambda: datetime.now(UTC) - timedelta(days=19))
        await enrol(client, client.identity, KIOSK, code_for(server))
    first = client.identity.file.read_bytes()
    await renew_if_due(client, client.identity, KIOSK)
    assert client.identity.file.read_bytes() == first
    with monkeypatch.context() as past:
        past.setattr(ca, "utc_now", lambda: datetime.now(UTC) - timedelta(days=21))
        await enrol(client, client.identity, KIOSK, code_for(server))
    second = client.identity.file.read_bytes()
    await renew_if_due(client, client.identity, KIOSK)
    assert client.identity.file.read_bytes() != second
    assert client.identity.validity().end > datetime.now(UTC) + timedelta(days=29)
    assert (await client.server_time()).now
    old = tmp_path / "old.pem"
    old.write_bytes(second)
    assert status(server, central.REGION_PATH, str(old)) == 200


def test_a_proxy_names_the_certificate(server: Server) -> None:
    """Only a server that was told of its proxy believes the header; ours over TLS does not."""
    pem = Path(server.trust.pair(KIOSK)).read_bytes()
    der = x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
    header = {"Client-Cert": f":{b64encode(der).decode()}:"}
    url = server.url + central.REGION_PATH
    found = requests.get(url, headers=header, verify=server.trust.ca, timeout=PATIENCE_S)
    assert found.json()["code"] == "certificate_needed"
    assert _behind_proxy(server, header) == 200
    assert _behind_proxy(server, {}) == 401
    assert _behind_proxy(server, {"Client-Cert": ":!:"}) == 401
    assert _behind_proxy(server, {"Client-Cert": ":AAAA:"}) == 401


def _behind_proxy(server: Server, headers: dict[str, str]) -> int:
    """Ask for the region of a server that believes its proxy, without any line between."""
    centre = build_centre(
        server.db, load_region(), server.clock, issuer=server.trust.issuer, behind_proxy=True
    )
    app = build_app(centre)
    status: list[int] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            status.append(int(str(message["status"])))

    async def ask() -> None:
        await app(
            {
                "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http",
                "path": central.REGION_PATH, "raw_path": b"", "query_string": b"",
                "root_path": "", "server": ("127.0.0.1", 1), "client": ("127.0.0.1", 2),
                "state": {},
                "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
            },
            receive,
            send,
        )  # fmt: skip

    asyncio.run(ask())
    centre.writer.close()
    centre.engine.dispose()
    return status[0]


def test_anybody_may_ask_for_the_time(server: Server) -> None:
    """A kiosk that cannot check dates yet has to begin somewhere."""
    assert server.get(ServerTime, "GET", central.TIME_PATH, kiosk="").now
