"""Certificates, signatures, TLS and second factors, as other people's programs see them."""

import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Connection

from kiosk_central import sample
from kiosk_central.app import build_app, build_centre
from kiosk_central.clock import local_date, utc_now
from kiosk_central.region import load_region
from kiosk_central.trust.tls import http_config, server_tls
from kiosk_central.web.factors import STEP_S, step_of_code
from kioskd.protocols.central import TIME_PATH
from kioskd.protocols.central_trust import KIOSK_URN
from kioskd.relay.identity import Identity
from tests.databases import make_template
from tests.interop.comparison import Comparison, ran, told
from tests.interop.peers import CERTTOOL, CURL, OATHTOOL, OPENSSL
from tests.patience import PATIENCE_S
from tests.trust import Trust

KIOSK = "K0123"
UNTRUSTED = 60
"""How curl ends where it does not believe the certificate of the other end."""
SPOKEN = {
    "tls1_3": rb"New, TLSv1\.3, Cipher",
    "tls1_2": rb"New, TLSv1\.2, Cipher",
    "tls1_1": rb"has read 0 bytes and written [1-9][0-9]+ bytes",
}
"""What OpenSSL tells; to 1.1 it offers to speak, and is answered nothing."""
NO_ANSWER = "000"
"""What curl prints for a status where there was no HTTP at all."""


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    made = Trust(tmp_path_factory.mktemp("trust"))
    assert made.issuer
    return made


@dataclass(frozen=True)
class Centre:
    """A running centre."""

    url: str
    trust: Trust

    def asked(self, path: str, ca: str, pair: str = "") -> tuple[int, str]:
        """Ask with curl; return how it ended, and status and version of HTTP and TLS."""
        how = "%{http_code} %{http_version} %{ssl_verify_result}"
        mine = ["--cert", pair] if pair else []
        done = ran(
            "curl", "--silent", "--output", "/dev/null", "--write-out", how, "--noproxy", "*",
            "--cacert", ca, *mine, self.url + path,
        )  # fmt: skip
        return done.returncode, done.stdout.decode()


@pytest.fixture
def centre(trust: Trust, tmp_path: Path) -> Iterator[Centre]:
    """A centre on SQLite that knows the sample's kiosks."""

    def fill(at: Connection) -> None:
        sample.fill(at, load_region(), 4, 1, local_date(utc_now()))
        trust.enrol(at, KIOSK)

    url = make_template(tmp_path, None, fill).url
    listener = socket.create_server(("127.0.0.1", 0))
    app = build_app(build_centre(url, load_region(), utc_now, issuer=trust.issuer))
    config = http_config(app, server_tls(trust.folder))
    config.log_level = "critical"
    http = uvicorn.Server(config)
    thread = threading.Thread(target=http.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield Centre(f"https://127.0.0.1:{listener.getsockname()[1]}", trust)
    http.should_exit = True
    thread.join(PATIENCE_S)


@pytest.mark.interop("mutual TLS with the centre", CURL)
def test_curl_is_a_kiosk(compare: Comparison, centre: Centre, tmp_path: Path) -> None:
    """A kiosk's certificate opens, none and a stranger's do not; a strange CA is not believed."""
    kiosk, ca = centre.trust.pair(KIOSK), centre.trust.ca
    compare.same("a kiosk", (0, "200 1.1 0"), centre.asked("/v1/region", ca, kiosk))
    compare.same("the time, for anybody", (0, "200 1.1 0"), centre.asked(TIME_PATH, ca))
    compare.same("nobody", (0, "401 1.1 0"), centre.asked("/v1/region", ca))
    other = Trust(tmp_path / "other")
    strange = other.pair("K0999")
    ended, answer = centre.asked("/v1/region", ca, strange)
    compare.same("a stranger's certificate", (True, NO_ANSWER), (ended != 0, answer[:3]))
    ended, _ = centre.asked(TIME_PATH, other.ca)
    compare.same("a centre of another CA", UNTRUSTED, ended)


@pytest.mark.interop("versions of TLS", OPENSSL)
def test_openssl_shakes_hands(compare: Comparison, centre: Centre) -> None:
    """1.3 and 1.2 with the centre's name believed; 1.1 is refused though the client would."""
    for version, expected in SPOKEN.items():
        done = ran(
            "openssl", "s_client", "-connect", centre.url.removeprefix("https://"),
            "-CAfile", centre.trust.ca, "-verify_return_error", "-verify_ip", "127.0.0.1",
            f"-{version}", "-cipher", "DEFAULT@SECLEVEL=0",
            env={"PATH": "/usr/bin:/bin", "OPENSSL_CONF": "/dev/null"},
        )  # fmt: skip
        compare.same(version, True, re.search(expected, done.stdout) is not None)


@pytest.mark.interop("certificates", OPENSSL)
def test_openssl_believes_the_certificates(
    compare: Comparison, trust: Trust, tmp_path: Path
) -> None:
    """Each for its own use and no other, under its CA and no other; serial and name as we say."""
    ca, pair, server = Path(trust.ca), Path(trust.pair(KIOSK)), trust.folder / "server.pem"
    for what, file, purpose, expected in (
        ("a kiosk as client", pair, "sslclient", True),
        ("a kiosk as server", pair, "sslserver", False),
        ("the centre as server", server, "sslserver", True),
        ("the centre as client", server, "sslclient", False),
    ):
        compare.same(what, expected, _verify(ca, file, "-purpose", purpose))
    found = told("openssl", "x509", "-in", pair, "-noout", "-serial", "-ext", "subjectAltName")
    serial = Identity(pair.parent).serial()
    compare.same("serial", serial, _found(r"serial=([0-9A-F]+)", found).lower().lstrip("0"))
    compare.same("name", KIOSK_URN + KIOSK, _found(r"URI:(\S+)", found))
    stranger = Trust(tmp_path / "other").folder / "ca.pem"
    Trust(tmp_path / "other").pair("K0999")
    compare.refused("a kiosk of another CA", not _verify(stranger, pair))


@pytest.mark.interop("certificates", CERTTOOL)
def test_gnutls_believes_the_certificates(compare: Comparison, trust: Trust) -> None:
    """The chain holds for GnuTLS too, which reads key, usage and days as we wrote them."""
    pair = Path(trust.pair(KIOSK))
    chain = ["certtool", "--verify", "--load-ca-certificate", trust.ca, "--infile", pair]
    compare.same("chain", True, "Verified. The certificate is trusted" in told(*chain))
    found = told("certtool", "--certificate-info", "--infile", pair)
    compare.same("curve", "SECP256R1", _found(r"Curve:\s*(\S+)", found))
    compare.same("use", "TLS WWW Client.", _found(r"Key Purpose.*\n\s*(.+)$", found))
    ours = x509.load_pem_x509_certificate(pair.read_bytes()).not_valid_after_utc
    said = _found(r"Not After: (.+)$", found)
    theirs = datetime.strptime(said, "%a %b %d %H:%M:%S UTC %Y").replace(tzinfo=UTC)
    compare.same("last second", ours, theirs)


@pytest.mark.interop("requests and signatures of a kiosk", OPENSSL)
def test_openssl_verifies_a_kiosk_s_hand(compare: Comparison, trust: Trust, tmp_path: Path) -> None:
    """Its request proves that it has the key; what it signs verifies, a changed word does not."""
    request = tmp_path / "request.der"
    request.write_bytes(Identity(tmp_path).request(KIOSK))
    words = ["openssl", "req", "-inform", "DER", "-in", request, "-noout", "-verify", "-subject"]
    done = ran(*words)
    compare.same("request proves its key", True, b"verify OK" in done.stdout + done.stderr)
    compare.same("subject", KIOSK, _found(r"CN ?= ?(\S+)", done.stdout.decode()))
    spoilt = bytearray(request.read_bytes())
    spoilt[-1] ^= 1
    request.write_bytes(spoilt)
    done = ran(*words)
    compare.refused("a bit of the request", b"verify OK" not in done.stdout + done.stderr)
    pair = Path(trust.pair(KIOSK))
    signature = Identity(pair.parent).sign(b"acceptance")
    r, s = (int.from_bytes(signature[at : at + 32], "big") for at in (0, 32))
    der = encode_dss_signature(r, s)
    compare.same("signature", True, _ecdsa(tmp_path, pair, b"acceptance", der))
    compare.refused("another word", not _ecdsa(tmp_path, pair, b"acceptancf", der))


@pytest.mark.interop("second factor of staff", OATHTOOL)
def test_oathtool_gives_the_codes_we_take(compare: Comparison) -> None:
    """The code of a moment is taken for that moment's step, and that of an hour before is not."""
    secret, now = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", datetime(2026, 11, 22, 2, 0, 7, tzinfo=UTC)
    for back_s in (0, STEP_S):
        moment = datetime.fromtimestamp(now.timestamp() - back_s, UTC)
        code = _totp(secret, moment)
        step = int(moment.timestamp()) // STEP_S
        compare.same(f"step {back_s} s ago", step, step_of_code(secret, code, now, 0))
    old = _totp(secret, datetime(2026, 11, 22, 1, 0, 7, tzinfo=UTC))
    compare.refused("an hour old", step_of_code(secret, old, now, 0) is None)


def _totp(secret: str, moment: datetime) -> str:
    words = ["--totp", "--base32", "--now", moment.strftime("%Y-%m-%d %H:%M:%S UTC"), secret]
    return told("oathtool", *words).strip()


def _verify(ca: Path, file: Path, *more: str) -> bool:
    return ran("openssl", "verify", "-x509_strict", "-CAfile", ca, *more, file).returncode == 0


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    assert found is not None, (pattern, text)
    return found[1]


def _ecdsa(folder: Path, pair: Path, message: bytes, signature: bytes) -> bool:
    key = x509.load_pem_x509_certificate(pair.read_bytes()).public_key()
    files = {
        "key.pem": key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "message": message,
        "signature": signature,
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    done = ran(
        "openssl", "dgst", "-sha256", "-verify", folder / "key.pem",
        "-signature", folder / "signature", folder / "message",
    )  # fmt: skip
    return done.returncode == 0
