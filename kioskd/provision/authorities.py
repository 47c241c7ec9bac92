"""The certificates that a kiosk pins: from the FAT partition to where the kiosk reads them."""

import ssl

from kioskd.domain.text import Text
from kioskd.provision.findings import CA, SEAL, Step, bad_ca, good
from kioskd.provision.made_files import write_made
from kioskd.provision.places import Places
from kioskd.provision.site_config import CENTRE_CA, SEAL_CA

BYTES_MAX = 64 * 1024
_MISSING = Text("存储卡上没有这个文件。", "The file is not on the card.")


def copy_authorities(places: Places, *, with_seal: bool) -> tuple[Step, ...]:
    """Copy what is there and say what is missing; others beside them are copied too.

    Raises OSError where the run-time folder cannot be written.
    """
    steps = [_copied(places, CENTRE_CA, CA, "I-03")]
    if with_seal:
        steps.append(_copied(places, SEAL_CA, SEAL, "I-04"))
    for other in sorted(places.boot.glob("*-ca.pem")):
        if other.name not in (CENTRE_CA, SEAL_CA) and why_no_ca(other.read_bytes()) is None:
            write_made(places.site / other.name, other.read_bytes())
    return tuple(steps)


def _copied(places: Places, file: str, name: Text, code: str) -> Step:
    try:
        with open(places.boot / file, "rb") as source:
            pem = source.read(BYTES_MAX)
    except OSError:
        return bad_ca(name, _MISSING, code)
    why = why_no_ca(pem)
    if why is not None:
        return bad_ca(name, why, code)
    write_made(places.site / file, pem)
    return good(name)


def why_no_ca(pem: bytes) -> Text | None:
    """Return why a file is not a certificate in PEM, or None."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem.decode("ascii"))
    except (ValueError, ssl.SSLError):
        return Text("不是 PEM 格式的证书。", "It is not a certificate in PEM.")
    return None
