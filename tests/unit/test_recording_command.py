"""The commands ``record``, ``playback`` and ``vectors``, as processes and as files."""

import os
import runpy
import signal
import sys
from pathlib import Path
from subprocess import DEVNULL, run

import pytest
import trio

from kiosk_bench.cli import main
from kiosk_bench.devices.pinpad import PinPadPeer
from kiosk_bench.recording.codec import TO_DEVICE, TO_KIOSK
from kiosk_bench.recording.file import Header, Recorder, read_recording
from kiosk_bench.recording.serial_device import NoDevice, SerialLine, open_device
from kiosk_bench.recording.wires import WIRES, codec_of
from kiosk_bench.wirelog import WireLog
from kioskd.protocols.sam_v import Command, request
from kioskd.protocols.zvt_commands import Registration, StatusEnquiry
from kioskd.protocols.zvt_frames import encode_block
from tests.patience import PATIENCE_S

ENQUIRY = encode_block(StatusEnquiry().to_apdu())
SAID = {
    "zvt": (encode_block(Registration("135790").to_apdu()), encode_block(b"\x80\x00\x00")),
    "sam-v": (request(Command.FIND_CARD), bytes.fromhex("AAAAAA9669 0004 000080 84")),
    "escpos": (b"\x1b@Zhang San 12.00\n\x10\x04\x01", b"\x12"),
    "card": (bytes.fromhex("0020000003246810"), bytes.fromhex("9000")),
    "ipp": (bytes.fromhex("0101 000B 00000001 03"), bytes.fromhex("0101 0000 00000001 03")),
}


async def asked(port: Path, count: int) -> bytes:
    """Ask a PIN pad for its status and return its first bytes, as soon as its port is there."""
    with trio.fail_after(PATIENCE_S):
        while True:
            try:
                device = open_device(SerialLine(str(port), 9600))
                break
            except NoDevice:
                await trio.sleep(0.02)
        await device.send_all(ENQUIRY)
        heard = b""
        while len(heard) < count:
            heard += await device.receive_some()
        device.close()
    return heard[:count]


async def test_record_and_playback_are_commands_that_a_signal_ends(tmp_path: Path) -> None:
    """SIGTERM closes the recording with its last line; played back it says the same."""
    peer = PinPadPeer(tmp_path / "device", tmp_path / "books", set(), WireLog(tmp_path / "log"))
    recording, kiosk, again = tmp_path / "recording", tmp_path / "kiosk", tmp_path / "again"
    words = [sys.executable, "-m", "kiosk_bench"]
    record = ["record", "serial", "--wire", "zvt", "--baud", "9600", "--stop-bits", "2"]
    record += ["--device", str(peer.port.path), "--for", str(kiosk), "--out", str(recording)]
    playback = ["playback", str(recording), "--for", str(again), "--pace", "0"]
    heard = []
    with trio.fail_after(2 * PATIENCE_S):
        async with trio.open_nursery() as nursery:
            await nursery.start(peer.run)
            for command, port in ((record, kiosk), (playback, again)):
                process = await trio.lowlevel.open_process(words + command, stdout=DEVNULL)
                try:
                    heard.append(await asked(port, 4))
                    process.send_signal(signal.SIGTERM)
                    assert await process.wait() == 0
                finally:
                    process.kill()
            nursery.cancel_scope.cancel()
    assert heard[0] == heard[1] == b"\x06" + encode_block(b"\x80\x00\x00")[:3]
    assert '"end":' in recording.read_text(encoding="utf-8").splitlines()[-1]
    assert not os.path.lexists(kiosk), "the link goes with the recording"


@pytest.mark.parametrize("wire", list(WIRES))
async def test_a_recording_becomes_a_vector_file(tmp_path: Path, wire: str) -> None:
    """The file names device and day, follows the house's rules, and its test passes."""
    recording, out = tmp_path / "recording", tmp_path / "test_recorded_vectors.py"
    header = Header(wire, {"about": 'Maker "A", model 1'}, "2026-11-27T10:00:00+00:00", "bench 1")
    with Recorder(recording, header, codec_of(wire)) as recorder:
        recorder.took(TO_DEVICE, SAID[wire][0])
        recorder.took(TO_KIOSK, SAID[wire][1])
    await trio.to_thread.run_sync(main, ["vectors", str(recording), "--out", str(out)])
    text = out.read_text(encoding="utf-8")
    assert "2026-11-27" in text and "Maker 'A', model 1" in text
    found = runpy.run_path(str(out))
    assert len(found["MESSAGES"]) == len(read_recording(recording).messages) >= 2
    found["test_each_message_is_read_as_it_was_recorded"]()
    for check in ("check", "format"):
        assert await trio.to_thread.run_sync(as_ruff_wants_it, check, text) == text


def as_ruff_wants_it(check: str, text: str) -> str:
    """Return the file as ruff would have it; fails where a rule of the house is broken."""
    words = [sys.executable, "-m", "ruff", check, "--stdin-filename", "tests/vectors/test_x.py"]
    words += ["--fix"] * (check == "check") + ["-"]
    root = Path(__file__).parents[2]
    done = run(words, input=text, text=True, capture_output=True, check=False, cwd=root)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["playback", "{}/none", "--for", "x"], "No such file"),
        (["playback", "{}/bad", "--for", "x"], "bad:1:"),
        (["playback", "{}/wire", "--for", "x"], "no wire is called 'morse'"),
        (["playback", "{}/card", "--for", "x"], "played at a port"),
        (["record", "ipp", "--uri", "http://x", "--port", "0", "--out", "{}/o"], "not an address"),
    ],
)
def test_bad_input_is_said_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    """Code 2 and a line that says what is wrong; no traceback."""
    (tmp_path / "bad").write_text("{}\n", encoding="utf-8")
    for wire, name in (("morse", "wire"), ("card", "card")):
        line = f'{{"format": "kiosk-bench recording 1", "wire": "{wire}", "device": {{}},'
        (tmp_path / name).write_text(line + '"began": "", "program": ""}\n', encoding="utf-8")
    assert main([word.format(tmp_path) for word in words]) == 2
    assert said in capsys.readouterr().err
