"""From the cable to the centre: link, name, certificates, and one whole question and answer."""

import socket
import ssl
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kioskd.config import Config
from kioskd.domain.diagnosis import Facts, Finding, faulty, good, unknown, wrong
from kioskd.errors import NoIdentity, ServerError
from kioskd.protocols import central
from kioskd.relay.identity import Identity, Validity
from kioskd.relay.line import CentralLine
from kioskd.relay.true_clock import X509_V_FLAG_NO_CHECK_TIME
from kioskd.technician.doctor.machine import Machine
from kioskd.technician.doctor.view import View

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

DAYS_LEFT_MIN = 7
"""Less, of a certificate that is not ours to renew: somebody at the centre must act."""


def network(view: View) -> Finding:
    """Whether a cable or radio is up, and a way leads out of it."""
    machine = view.machine
    names = [name.rsplit("/", 1)[1] for name in machine.found("/sys/class/net/*")]
    up = [name for name in names if machine.read(f"/sys/class/net/{name}/carrier") == "1"]
    ways = _default_routes(machine)
    facts = {"up": ", ".join(name for name in up if name != "lo"), "way": ", ".join(ways)}
    if not names:
        return unknown("not_readable", what="/sys/class/net")
    if not facts["up"]:
        return wrong("no_link", there=", ".join(name for name in names if name != "lo"), **facts)
    return good(**facts) if ways else wrong("no_way_out", **facts)


def name_service(view: View) -> Finding:
    """Whether the centre's name becomes an address."""
    if view.config is None:
        return unknown("no_configuration")
    host = urlsplit(view.config.central.url).hostname or ""
    servers = [
        line.split()[1]
        for line in (view.machine.read("/etc/resolv.conf") or "").splitlines()
        if line.startswith("nameserver ")
    ]
    facts = {"host": host, "servers": ", ".join(servers)}
    try:
        found = view.machine.addresses(host)
    except OSError as unresolved:
        return wrong("name_not_found", reason=unresolved.strerror, **facts)
    return good(addresses=", ".join(found), **facts)


def centre(view: View) -> Finding:
    """One whole exchange, as the kiosk itself makes it: own certificate, pinned CA, an answer."""
    if view.config is None:
        return unknown("no_configuration")
    settings = view.config.central
    facts = {"url": settings.url}
    if _may_not_read(Path(settings.identity)):
        return unknown("may_not_read", what=settings.identity, **facts)
    begun = time.perf_counter()
    try:
        line = CentralLine(settings, view.config.kiosk.id)
        central.decode(line.exchange("GET", central.TIME_PATH), central.ServerTime)
    except ServerError as error:
        return faulty(error.operator_code, **facts)
    except central.ContractBroken:
        return faulty("S-03", **facts)
    return good(ms=round((time.perf_counter() - begun) * 1000), **facts)


def own_certificate(view: View) -> Finding:
    """How long this kiosk's certificate is good, and whether it is renewed in time."""
    if view.config is None:
        return unknown("no_configuration")
    folder = Path(view.config.central.identity)
    if _may_not_read(folder):
        return unknown("may_not_read", what=str(folder))
    try:
        validity = Identity(folder).validity()
    except NoIdentity as error:
        return faulty(error.operator_code)
    now = datetime.fromtimestamp(view.machine.now(), UTC)
    facts = _days(validity, now)
    if now < validity.begin:
        return wrong("certificate_not_yet", **facts)
    if validity.is_over(now):
        return wrong("own_certificate_over", **facts)
    return wrong("own_certificate_due", **facts) if validity.is_due(now) else good(**facts)


def centre_certificate(view: View) -> Finding:
    """Whether the centre shows a certificate under the pinned CA, and until when it is good."""
    if view.config is None:
        return unknown("no_configuration")
    facts: Facts = {"ca": view.config.central.ca}
    if (missing := pinned_ca(view)).cause == "centre_ca_missing":
        return missing  # nothing to believe it by
    try:
        certificate = _shown_certificate(view.config)
    except ssl.SSLCertVerificationError as error:
        return wrong("centre_not_believed", reason=error.verify_message, **facts)
    except ssl.SSLError as error:
        return wrong("tls_failed", reason=error.reason, **facts)
    except OSError as error:
        return unknown("centre_not_reached", reason=error.strerror or str(error), **facts)
    now = datetime.fromtimestamp(view.machine.now(), UTC)
    validity = Validity(certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    facts |= _days(validity, now)
    if not validity.begin <= now < validity.end:
        return wrong("centre_certificate_over", **facts)
    is_short = (validity.end - now).days < DAYS_LEFT_MIN
    return wrong("centre_certificate_due", **facts) if is_short else good(**facts)


def pinned_ca(view: View) -> Finding:
    """Whether the one CA that is believed is there, and until when."""
    if view.config is None:
        return unknown("no_configuration")
    return ca_finding(view, view.config.central.ca, "centre_ca_missing")


def ca_finding(view: View, file: str, missing: str) -> Finding:
    """Look at a CA's certificate in a PEM file; its SHA-256 is what two people compare."""
    from cryptography import x509  # noqa: PLC0415  (not needed by most commands)
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    try:
        certificate = x509.load_pem_x509_certificate(Path(file).read_bytes())
    except PermissionError:
        return unknown("may_not_read", what=file)
    except (OSError, ValueError):
        return wrong(missing, file=file)
    now = datetime.fromtimestamp(view.machine.now(), UTC)
    validity = Validity(certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    facts: Facts = {"file": file, "sha256": certificate.fingerprint(SHA256()).hex()[:16]}
    facts |= {"days": (validity.end - now).days, "end": validity.end.date().isoformat()}
    return wrong("ca_over", **facts) if validity.is_over(now) else good(**facts)


def _default_routes(machine: Machine) -> list[str]:
    """Return the interfaces that lead everywhere: IPv4's, and IPv6's."""
    found = []
    for line in (machine.read("/proc/net/route") or "").splitlines()[1:]:
        name, target, _, flags, *_, mask = line.split()[:8]
        if target == mask == "00000000" and int(flags, 16) & 1:
            found.append(name)
    for line in (machine.read("/proc/net/ipv6_route") or "").splitlines():
        target, length, *_, name = line.split()
        if target.strip("0") == "" and length == "00" and name != "lo":
            found.append(name)
    return sorted(set(found))


def _shown_certificate(config: Config) -> "Certificate":
    """Return the certificate that the centre shows. Raises OSError, of which ssl's are some."""
    from cryptography import x509  # noqa: PLC0415  (not needed by most commands)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(config.central.ca)
    context.verify_flags |= X509_V_FLAG_NO_CHECK_TIME
    place = urlsplit(config.central.url)
    host, port = place.hostname or "", place.port or 443
    limit_s = config.central.connect_timeout_s
    with (
        socket.create_connection((host, port), timeout=limit_s) as line,
        context.wrap_socket(line, server_hostname=host) as tls,
    ):
        shown = tls.getpeercert(binary_form=True)
    if shown is None:
        raise OSError("no certificate was shown")
    return x509.load_der_x509_certificate(shown)


def _days(validity: Validity, now: datetime) -> Facts:
    return {"days": (validity.end - now).days, "end": validity.end.date().isoformat()}


def _may_not_read(folder: Path) -> bool:
    """Whether what is in ``folder`` is hidden from who asks: it is the kiosk's own."""
    try:
        list(folder.iterdir())
    except PermissionError:
        return True
    except OSError:
        return False
    return False
