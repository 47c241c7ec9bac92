"""Who comes to the proxy without being a kiosk, and what becomes of it."""

import http.client
import socket
import ssl
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric import ec

from kiosk_central.api.metrics import METRICS_PATH
from kiosk_central.api.trust import TRIES
from kiosk_central.recent import BELIEVED_S
from kiosk_central.trust.ca import make_authority, write_key
from kioskd.domain.enrolment_code import code_of
from kioskd.protocols.central import REGION_PATH, TIME_PATH, Problem, decode, encode
from kioskd.protocols.central_trust import ENROL_PATH, EnrolmentRequest
from tools.load.badges import PROXY_HEADER, badge_of, ca_of, pair_of
from tools.load.city import City
from tools.province.checks import Checks
from tools.province.place import centre
from tools.province.proxy import Proxy

PART = "strangers"
TIMEOUT_S = 20
NO_LINE = "no connection"
GUESSER, NEIGHBOUR, FLOODER = "127.0.0.2", "127.0.0.3", "127.0.0.4"
"""Loopback is a whole network: three clients with addresses of their own."""
FLOOD, ALLOWED_IN_10_S = 1_000, 300
WRONG = encode(EnrolmentRequest("KX01", code_of(1), b"none"))


def answer(url: str, trust: Path, pair: str | None = None, **headers: str) -> str:
    """Ask for what only kiosks get; return the problem's code, ``served``, or that TLS refused."""
    with requests.Session() as session:
        session.trust_env = False
        try:
            found = session.get(
                url + REGION_PATH,
                verify=ca_of(trust),
                cert=pair,
                headers={name.replace("_", "-"): value for name, value in headers.items()},
                timeout=TIMEOUT_S,
            )
        except requests.RequestException:
            return NO_LINE
    if found.status_code == 200:
        return "served"
    return decode(found.content, Problem).code.value


def check_strangers(checks: Checks, proxy: Proxy, town: City, stolen: str, folder: Path) -> None:
    """Come as everybody whom the proxy or the centre must refuse, and as one it must not."""
    own, other = town.kiosks[:2]
    at, trust, badge = proxy.kiosks, town.trust, badge_of(town.trust, other)
    name = PROXY_HEADER.replace("-", "_")

    def see(what: str, saw: str, wanted: str) -> None:
        checks.note(PART, what, saw, wanted)

    see("a kiosk with its certificate", answer(at, trust, pair_of(trust, own)), "served")
    see("no certificate", answer(at, trust), "certificate_needed")
    see("no certificate, at the port of staff", answer(proxy.public, trust), "certificate_needed")
    forged = answer(at, trust, **{name: badge})
    see("no certificate, a Client-Cert header of its own", forged, "certificate_needed")
    forged = answer(proxy.public, trust, **{name: badge})
    see("the same at the port of staff", forged, "certificate_needed")
    another = answer(at, trust, pair_of(trust, own), Kiosk_Id=other, **{name: badge})
    see("a kiosk that shows another's certificate in the header", another, "kiosk_other")
    see("a certificate of another CA", answer(at, trust, foreign(folder, own)), NO_LINE)
    centre("kiosk", "revoke", stolen, "--db", town.url, "--reason", "stolen from the hall")
    time.sleep(BELIEVED_S)
    revoked = answer(at, trust, pair_of(trust, stolen))
    see("a revoked certificate, a second later", revoked, "certificate_revoked")
    see("a kiosk whose TLS session is resumed", resumed(at, town, own), "resumed, 200")


def check_addresses(checks: Checks, proxy: Proxy, town: City) -> None:
    """Guess and flood from some addresses; others must not suffer."""
    guesses = [guess(proxy, town, GUESSER, number) for number in range(TRIES + 1)]
    what = f"try {TRIES + 1} of a code from one address, each with a forged X-Forwarded-For"
    checks.note(PART, what, guesses[-1], 429)
    checks.hold(PART, "the tries before it", 429 not in guesses[:-1], set(guesses[:-1]))
    first = guess(proxy, town, NEIGHBOUR, 0)
    checks.hold(PART, "the first try of another address", first != 429, first)
    answered, refused, took_s = flood(proxy, town)
    saw = f"{answered} in {took_s:.0f} s, {'then 429' if refused else 'no flood'}"
    good = answered >= ALLOWED_IN_10_S if refused else answered / took_s < ALLOWED_IN_10_S / 10
    what = "requests of one address without a certificate: 30 a second are answered"
    checks.hold(PART, what, good, saw)
    pair = pair_of(town.trust, town.kiosks[0])
    kiosk = _status(proxy, town, FLOODER, REGION_PATH, pair)
    checks.note(PART, "a kiosk at the same address meanwhile", kiosk, 200)
    metrics = _status(proxy, town, NEIGHBOUR, METRICS_PATH)
    checks.note(PART, "/metrics, which is for the machine itself, through the proxy", metrics, 404)


def foreign(folder: Path, kiosk_id: str) -> str:
    """Make a CA that nobody pins; return a certificate of it in a kiosk's name."""
    issuer, key = (
        make_authority(folder / "foreign", [kiosk_id]),
        ec.generate_private_key(ec.SECP256R1()),
    )
    file = folder / "foreign" / "identity.pem"
    write_key(file, key)
    with file.open("a", encoding="ascii") as out:
        out.write(issuer.issue(key.public_key(), kiosk_id).pem)
    return str(file)


def resumed(url: str, town: City, kiosk_id: str) -> str:
    """Ask twice, the second time with the TLS session of the first; tell how that was answered."""
    context = _context(town, pair_of(town.trust, kiosk_id))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    session, status = None, b""
    for _ in range(2):
        with _connected(url, context, session) as line:
            line.sendall(f"GET {REGION_PATH} HTTP/1.0\r\nHost: centre\r\n\r\n".encode())
            status = line.recv(12)
            again, session = line.session_reused, line.session
    return f"{'resumed' if again else 'anew'}, {status[9:].decode()}"


def _connected(url: str, context: ssl.SSLContext, session: ssl.SSLSession | None) -> ssl.SSLSocket:
    place = urlsplit(url)
    plain = socket.create_connection((place.hostname, place.port), TIMEOUT_S)
    return context.wrap_socket(plain, server_hostname=place.hostname, session=session)


def _context(town: City, pair: str | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_of(town.trust))
    if pair is not None:
        context.load_cert_chain(pair)
    return context


def guess(proxy: Proxy, town: City, source: str, number: int) -> int:
    """Try a wrong code from a source address, saying that it is another's; return the status."""
    headers = {
        "X-Forwarded-For": f"192.0.2.{number}",
        "Forwarded": f"for=192.0.2.{number}",
        "Kiosk-Id": "KX01",
        "Content-Type": "application/json",
    }
    with closing(_line(proxy, town, source)) as line:
        line.request("POST", ENROL_PATH, WRONG, headers)
        return line.getresponse().status


def flood(proxy: Proxy, town: City) -> tuple[int, bool, float]:
    """Ask for the time as fast as possible; return how often, whether refused, and the seconds.

    A machine that is too busy to answer so many a second is not flooded by it.
    """
    begun = time.monotonic()
    with closing(_line(proxy, town, FLOODER)) as line:
        for number in range(FLOOD):
            line.request("GET", TIME_PATH)
            answered = line.getresponse()
            answered.read()
            if answered.status == 429:
                return number, True, time.monotonic() - begun
    return FLOOD, False, time.monotonic() - begun


def _status(proxy: Proxy, town: City, source: str, path: str, pair: str | None = None) -> int:
    with closing(_line(proxy, town, source, pair)) as line:
        line.request("GET", path)
        return line.getresponse().status


def _line(
    proxy: Proxy, town: City, source: str, pair: str | None = None
) -> http.client.HTTPSConnection:
    place = urlsplit(proxy.kiosks)
    assert place.hostname is not None, "made by proxying"
    context = _context(town, pair)
    return http.client.HTTPSConnection(
        place.hostname, place.port, timeout=TIMEOUT_S, context=context, source_address=(source, 0)
    )
