"""A real IPP printer recorded between it and the real driver, and played back to it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio

from kiosk_bench.recording.codec import NO_MESSAGE, TO_DEVICE, TO_KIOSK
from kiosk_bench.recording.file import Header, Recorder, read_recording
from kiosk_bench.recording.ipp import IppCodec
from kiosk_bench.recording.ipp_player import IppPlayer
from kiosk_bench.recording.ipp_proxy import BadAddress, IppProxy, PrinterAddress, address_of
from kiosk_bench.recording.playback import Playback
from kioskd.domain.document import PrintEnd
from kioskd.domain.payment import Printed
from kioskd.drivers import document_printer, ipp_line
from kioskd.drivers.document_printer import IppDocumentPrinter
from kioskd.drivers.ipp_line import NotSent, ask, place_of
from kioskd.drivers.print_book import DiskPrintBook
from kioskd.drivers.settings import DocumentPrinterSettings
from kioskd.errors import DeviceUnavailable
from kioskd.protocols.ipp_shape import well_formed
from tests.fakes import NOW
from tests.patience import PATIENCE_S
from tests.unit.a4_rig import PATIENT, A4Rig, paper

pytestmark = pytest.mark.xdist_group("a4")
JOB = "print-of-zhang"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[A4Rig]:
    """One printer for all tests of this module."""
    rig = A4Rig(tmp_path_factory.mktemp("a4"))
    yield rig
    rig.close()


@pytest.fixture
def rig(shared: A4Rig, monkeypatch: pytest.MonkeyPatch) -> A4Rig:
    monkeypatch.setattr(document_printer, "JOB_POLL_S", 0.05)
    for limit in ("CONNECT_LIMIT_S", "ANSWER_LIMIT_S"):  # a busy machine is no dead printer
        monkeypatch.setattr(ipp_line, limit, PATIENCE_S)
    shared.wait_ready()
    return shared


@asynccontextmanager
async def recorded(printer: PrinterAddress, recording: Path) -> AsyncIterator[int]:
    """Record what goes to a printer; give the port that kioskd is told."""
    with trio.fail_after(PATIENCE_S), Recorder(recording, Header("ipp"), IppCodec()) as recorder:
        async with trio.open_nursery() as nursery:
            yield await nursery.start(IppProxy(printer, 0, recorder).run)
            nursery.cancel_scope.cancel()


async def printed(port: int, folder: Path) -> PrintEnd:
    settings = DocumentPrinterSettings(uri=f"ipp://localhost:{port}/ipp/print", **PATIENT)
    driver = IppDocumentPrinter(settings, DiskPrintBook(folder, lambda: NOW))
    return await driver.print(paper(2), JOB, lambda progress: None)


async def test_a_print_is_recorded_and_played_back(rig: A4Rig, tmp_path: Path) -> None:
    """Two pages come out through the proxy; the recording holds no document and plays as well."""
    recording = tmp_path / "a4.rec"
    async with recorded(address_of(rig.peer.uri), recording) as port:
        end = await printed(port, tmp_path / "first.log")
    assert end == PrintEnd(Printed.YES, 2, 2) and rig.pages_of_last_job() == 2
    whole = read_recording(recording)
    kept = b"".join(one.message.data for one in whole.messages)
    assert JOB.encode() not in kept and b"kioskd" not in kept and b"%PDF" not in kept
    (job,) = [one.message for one in whole.messages if one.message.note == "Print-Job"]
    assert job.left_out == len(paper(2).pdf)
    for one in whole.messages:
        assert well_formed(one.message.data)

    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            port = await nursery.start(IppPlayer(Playback(whole, IppCodec()), 0, 0).run)
            again = await printed(port, tmp_path / "second.log")
            nursery.cancel_scope.cancel()
    assert again == end


async def test_the_printers_model_identifies_the_recording(rig: A4Rig, tmp_path: Path) -> None:
    """Who reads a recording learns from the printer itself what it was."""
    recording = tmp_path / "a4.rec"
    async with recorded(address_of(rig.peer.uri), recording) as port:
        place = place_of(f"ipp://localhost:{port}/ipp/print")
        answer = await trio.to_thread.run_sync(partial(ask, place, "GET_PRINTER_ATTRIBUTES", {}))
    assert read_recording(recording).identity["model"] == answer.printer["printer-make-and-model"]


async def test_a_printer_that_is_off_ends_the_connection(tmp_path: Path) -> None:
    """The driver learns that no answer comes, at once; the recording says why."""
    recording = tmp_path / "a4.rec"
    async with recorded(PrinterAddress("127.0.0.1", 9, "/"), recording) as port:
        place = place_of(f"ipp://localhost:{port}/ipp/print")
        with pytest.raises(DeviceUnavailable) as raised:
            await trio.to_thread.run_sync(partial(ask, place, "GET_PRINTER_ATTRIBUTES", {}))
    assert not isinstance(raised.value, NotSent), "it may have arrived"
    assert any(
        "cannot be reached" in one.message.note for one in read_recording(recording).messages
    )


async def test_what_is_no_http_is_broken_off(tmp_path: Path) -> None:
    """Garbage from the kiosk's side ends its connection, not the recording."""
    recording = tmp_path / "a4.rec"
    async with recorded(PrinterAddress("127.0.0.1", 9, "/"), recording) as port:
        stream = await trio.open_tcp_stream("127.0.0.1", port)
        async with stream:
            await stream.send_all(b"\xff" * 100 + b"\r\n\r\n")
            assert await stream.receive_some() == b""
    assert any("broken off" in one.message.note for one in read_recording(recording).messages)


async def half_an_answer(stream: trio.SocketStream) -> None:
    """A printer that loses its power in the middle of an answer."""
    await stream.receive_some()
    await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + b"\x01\x01")


async def test_half_a_request_and_half_an_answer_end_and_are_recorded(tmp_path: Path) -> None:
    """Who stops in the middle is not waited for: the other side's connection ends at once."""
    recording = tmp_path / "a4.rec"
    async with trio.open_nursery() as nursery:
        serve = partial(trio.serve_tcp, half_an_answer, 0, host="127.0.0.1")
        (listener,) = await nursery.start(serve)
        printer = PrinterAddress("127.0.0.1", listener.socket.getsockname()[1], "/")
        async with recorded(printer, recording) as port:
            stream = await trio.open_tcp_stream("127.0.0.1", port)
            async with stream:
                await stream.send_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1")
                await stream.send_eof()
                assert await stream.receive_some() == b""
            place = place_of(f"ipp://localhost:{port}/ipp/print")
            with pytest.raises(DeviceUnavailable):
                await trio.to_thread.run_sync(partial(ask, place, "GET_PRINTER_ATTRIBUTES", {}))
        nursery.cancel_scope.cancel()
    notes = [one.message.note for one in read_recording(recording).messages]
    assert len([note for note in notes if note.startswith("broken off")]) == 2


def attribute(tag: int, name: bytes, value: bytes) -> bytes:
    """RFC 8010, 3.1.4: value-tag, name-length, name, value-length, value."""
    return bytes([tag]) + _counted(name) + _counted(value)


def _counted(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def test_where_and_whose_is_blanked_and_what_stays() -> None:
    """Of the printer's own texts place and owner go; of a job's all go, language or not."""
    head = bytes.fromhex("0101 0000 00000007")
    with_language = _counted(b"zh-cn") + _counted(b"Zhang San")
    body = (
        head
        + b"\x04"
        + attribute(0x41, b"printer-make-and-model", b"Bench 1")
        + attribute(0x41, b"printer-location", b"Ward 3")
        + b"\x02"
        + attribute(0x36, b"job-name", with_language)
        + attribute(0x42, b"", b"Li Si")
        + attribute(0x21, b"job-id", b"\0\0\0\x05")
        + b"\x03"
    )
    (message,) = IppCodec().feed(TO_KIOSK, body)
    assert len(message.data) == len(body) and well_formed(message.data) == message.data
    assert b"Bench 1" in message.data and b"\0\0\0\x05" in message.data
    assert not any(one in message.data for one in (b"Ward 3", b"Zhang San", b"Li Si"))
    assert b"zh-cn" in message.data


def test_what_is_no_ipp_is_zeros() -> None:
    """A body that cannot be read leaves its length alone."""
    (message,) = IppCodec().feed(TO_KIOSK, b"<html>Zhang San</html>")
    assert message.data == bytes(22) and message.note.startswith(NO_MESSAGE)
    assert IppCodec().is_hint(IppCodec().feed(TO_DEVICE, b"\x01")[0])


@pytest.mark.parametrize("uri", ["http://printer/", "ipp:///x", "ipp://printer:no/"])
def test_an_address_that_is_none_is_named(uri: str) -> None:
    """A printer's address is checked before anything is opened."""
    with pytest.raises(BadAddress, match=uri[:6]):
        address_of(uri)
