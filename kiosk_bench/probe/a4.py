"""What does an IPP printer support of what kioskd asks? Prints nothing."""

import trio

from kiosk_bench.probe.findings import Finding, Silent, Verdict, verdict
from kiosk_bench.recording.http_stream import IPP, NoHttp, Request, ask
from kiosk_bench.recording.ipp import END, PRINTER_GROUP, attributes
from kiosk_bench.recording.ipp_proxy import PrinterAddress
from kioskd.protocols.ipp_shape import Malformed, well_formed

ANSWER_S = 15.0
OPERATION_GROUP = b"\x01"
GET_PRINTER_ATTRIBUTES = bytes.fromhex("0101 000B 00000001")
CHARSET, LANGUAGE, URI = 0x47, 0x48, 0x45
OPERATIONS = {
    0x0002: "Print-Job",
    0x0008: "Cancel-Job",
    0x0009: "Get-Job-Attributes",
    0x000A: "Get-Jobs",
}
PDF, A4 = b"application/pdf", b"iso_a4_210x297mm"
SUPPORTED = b"operations-supported"
Values = dict[bytes, list[bytes]]


async def probe_a4(printer: PrinterAddress) -> list[Finding]:
    """Return the table. Raises Silent."""
    told = await _attributes(printer)
    operations = {int.from_bytes(value, "big") for value in told.get(SUPPORTED, [])}
    return [
        _text("tells make and model", told, b"printer-make-and-model"),
        _text("tells its firmware", told, b"printer-firmware-string-version"),
        _text("tells its state", told, b"printer-state-reasons"),
        _holds("takes PDF", told, b"document-format-supported", PDF),
        _holds("knows A4 paper", told, b"media-supported", A4),
        _holds("speaks IPP 1.1", told, b"ipp-versions-supported", b"1.1"),
        *(
            Finding(f"knows {name}", verdict(code in operations))
            for code, name in OPERATIONS.items()
        ),
    ]


async def _attributes(printer: PrinterAddress) -> Values:
    """Ask for everything. Raises Silent, saying what came instead."""
    request = Request(b"POST", printer.path.encode(), (IPP,), _question(printer))
    try:
        with trio.fail_after(ANSWER_S):
            response = await ask(printer.host, printer.port, request)
        body = response.body
        well_formed(body)
    except trio.TooSlowError as slow:
        raise Silent(f"no answer in {ANSWER_S:.0f} s") from slow
    except OSError as fault:
        raise Silent(f"it cannot be reached: {fault}") from fault
    except NoHttp as fault:
        raise Silent(f"what answers speaks no HTTP: {fault}") from fault
    except Malformed as fault:
        raise Silent(f"HTTP {response.status}, and no IPP: {fault}") from fault
    values: Values = {}
    for group, _, name, value in attributes(body):
        if group == PRINTER_GROUP:
            values.setdefault(name, []).append(value)
    return values


def _question(printer: PrinterAddress) -> bytes:
    uri = f"ipp://{printer.host}:{printer.port}{printer.path}".encode()
    head = (
        (CHARSET, b"attributes-charset", b"utf-8"),
        (LANGUAGE, b"attributes-natural-language", b"en"),
        (URI, b"printer-uri", uri),
    )
    body = b"".join(bytes([tag]) + _counted(name) + _counted(value) for tag, name, value in head)
    return GET_PRINTER_ATTRIBUTES + OPERATION_GROUP + body + bytes([END])


def _counted(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def _text(question: str, told: Values, name: bytes) -> Finding:
    values = [value.decode("utf-8", "replace") for value in told.get(name, [])]
    return Finding(question, verdict(bool(values)), ", ".join(values))


def _holds(question: str, told: Values, name: bytes, wanted: bytes) -> Finding:
    if name not in told:
        return Finding(question, Verdict.UNKNOWN, f"it does not tell {name.decode()}")
    return Finding(question, verdict(wanted in told[name]))
