"""Every wire of a kiosk recorded at once while she pays and prints.

The workbench's devices stand for the real ones: the kiosk's process knows the proxies alone.
"""

import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from subprocess import PIPE
from typing import Any

import trio

from kiosk_bench.devices.pcscd import READER_NAME, Pcscd
from kiosk_bench.devices.pinpad_base import MASKED_CARD
from kiosk_bench.devices.pty_port import PtyPort
from kiosk_bench.evidence import Summary
from kiosk_bench.programs import programs_loaded
from kiosk_bench.recording.card import CardCodec
from kiosk_bench.recording.card_player import CardPlayer
from kiosk_bench.recording.codec import SYNTHETIC_ID, SYNTHETIC_NAME
from kiosk_bench.recording.file import Recording, read_recording
from kiosk_bench.recording.playback import Playback
from kiosk_bench.runner import STORIES, STORY_LIMIT_S, play_in
from kiosk_bench.stories.story import Expected, Story
from kiosk_bench.world import World, WorldSettings
from kioskd.domain.money import Money
from kioskd.domain.payment import Outcome
from tests.unit.recording_world import driver, played, visit

SERIAL = {"pin-pad": ("zvt", 9600), "id-reader": ("sam-v", 115200), "printer": ("escpos", 115200)}
TABLES = {"pin-pad": "pin_pad", "id-reader": "id_reader", "printer": "receipt_printer"}
PAID_FEN = 280000
PAY, PRINT = STORIES["pay-by-card"], STORIES["print-enrolment"]
STORY = Story(
    "recorded",
    "She pays two months and takes the receipt, comes again and prints a sealed certificate.",
    PAY.steps + PRINT.steps,
    Expected("document-printed", charges=1, postings=1, receipts=1, screens=PAY.expected.screens),
    needs=PAY.needs | PRINT.needs,
)


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def overrides(folder: Path, ipp_port: int) -> dict[str, dict[str, Any]]:
    """Return what a technician would change: every device is where its proxy is."""
    ports = {TABLES[name]: {"port": str(folder / f"{name}.proxy")} for name in SERIAL}
    a4 = {"uri": f"ipp://localhost:{ipp_port}/ipp/print"}
    return {**ports, "card_reader": {"reader": f"{READER_NAME} 00 01"}, "document_printer": a4}


@asynccontextmanager
async def proxies(world: World, recordings: Path, ipp_port: int) -> AsyncIterator[None]:
    """Run ``kiosk-bench record`` for each wire; end each as an operator would."""
    assert world.a4 is not None
    commands = {
        name: ["serial", "--wire", wire, "--baud", str(baud), "--device", f"{world.run}/{name}.tty",
               "--for", f"{world.folder}/{name}.proxy"]
        for name, (wire, baud) in SERIAL.items()
    }  # fmt: skip
    card_port = str(world.pcscd.port + 1)
    commands["card"] = ["card", "--reader", f"{READER_NAME} 00 00", "--for", card_port]
    commands["a4"] = ["ipp", "--uri", world.a4.uri, "--port", str(ipp_port)]
    processes = []
    for name, words in commands.items():
        command = [sys.executable, "-m", "kiosk_bench", "record", *words]
        command += ["--out", str(recordings / f"{name}.rec")]
        env = {**os.environ, **world.pcscd.env}
        process = await trio.lowlevel.open_process(command, stdout=PIPE, env=env)
        assert process.stdout is not None and await process.stdout.receive_some()
        processes.append(process)
    try:
        yield
        for process in processes:
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    finally:
        for process in processes:
            process.kill()


async def story_recorded(folder: Path, recordings: Path) -> tuple[Summary, list[tuple[str, bytes]]]:
    """Play the story in a world whose devices all stand behind proxies."""
    ipp_port = free_port()
    settings = WorldSettings(overrides=overrides(folder, ipp_port), a4=True, pictures=False)
    with programs_loaded() as programs:
        async with trio.open_nursery() as nursery:
            world = World(folder, settings, programs, nursery)
            async with AsyncExitStack() as stack:
                await world.build(stack)
                async with proxies(world, recordings, ipp_port):
                    await world.start_kiosk()
                    summary = await play_in(world, STORY)
            nursery.cancel_scope.cancel()
    return summary, world.people.secrets()


def found_in(recordings: list[Path], secrets: list[tuple[str, bytes]]) -> list[str]:
    """Return which secret is in which recording, as text or in a message's bytes."""
    found = []
    for path in recordings:
        held = path.read_bytes() + b"\n".join(
            one.message.data for one in read_recording(path).messages
        )
        found += [f"{kind} in {path.name}" for kind, secret in secrets if secret in held]
    return found


async def test_a_payment_through_all_proxies(tmp_path: Path, pcscd_socket: Path) -> None:
    """One charge, one posting, one receipt, one sealed paper; recordings name nobody, and play."""
    with trio.fail_after(STORY_LIMIT_S):
        summary, secrets = await story_recorded(tmp_path / "world", tmp_path)
    assert (summary.problems, summary.outcome) == ([], "document-printed")
    paths = sorted(tmp_path.glob("*.rec"))
    assert [path.stem for path in paths] == ["a4", "card", "id-reader", "pin-pad", "printer"]
    codes = [(kind, bytes.fromhex(told.decode())) for kind, told in secrets if _is_code(kind, told)]
    assert codes and found_in(paths, [*secrets, *codes, ("bank card", MASKED_CARD[:3])]) == []
    recordings = {path.stem: read_recording(path) for path in paths}
    notes = {
        name: [one.message.note for one in recording.messages]
        for name, recording in recordings.items()
    }
    assert "Print-Job" in notes["a4"] and "VERIFY" in notes["card"] and "GS r" in notes["printer"]
    assert (
        recordings["id-reader"].identity and recordings["a4"].header.device["tells make and model"]
    )

    again = await played(recordings["pin-pad"], PtyPort(tmp_path / "again"), Money(PAID_FEN))
    assert again.outcome is Outcome.APPROVED
    await the_card_plays(recordings["card"], tmp_path, pcscd_socket)


async def the_card_plays(recording: Recording, folder: Path, socket_path: Path) -> None:
    """Let the recorded card be read, prove itself and take a PIN, as it did at the first visit."""
    async with Pcscd(folder / "pcscd", socket_path) as pcscd, trio.open_nursery() as nursery:
        await nursery.start(CardPlayer(Playback(recording, CardCodec()), pcscd.port + 1, 0).run)
        async with driver() as reader:
            name, id_number, _, opened = await visit(reader)
        nursery.cancel_scope.cancel()
    assert (name[:1], id_number, opened) == (SYNTHETIC_NAME, SYNTHETIC_ID, True)


def _is_code(kind: str, told: bytes) -> bool:
    return kind.startswith("card code") and b"\0" not in told
