"""What the image's test stands on: firmware, pictures, wires and console, without any machine."""

import json
import shutil
import struct
from pathlib import Path
from subprocess import run

import pytest
import trio
from PIL import Image, ImageDraw

from kiosk_bench.devices.card_persona import CardPersona
from kiosk_bench.devices.pty_port import Unplugged
from kiosk_bench.image import pictures
from kiosk_bench.image.card import APDU, ATR, CARD_REMOVE, HEADER, INIT, READER_ADD, CcidSocialCard
from kiosk_bench.image.firmware import (
    BootPartition,
    NotBootable,
    choose,
    partitions,
    settings_of,
    wants_trial,
)
from kiosk_bench.image.line import Line
from kiosk_bench.image.pictures import Known, Pictures
from kiosk_bench.image.qmp import MachineGone, Qmp, Refused
from kiosk_bench.image.serial_console import NotSaid, SerialConsole
from kiosk_bench.image.wires import SocketPort
from kiosk_bench.wirelog import WireLog
from tests.patience import PATIENCE_S

MIB = 1 << 20
START, LENGTH = 1 * MIB, 8 * MIB
needs_mtools = pytest.mark.skipif(
    not (shutil.which("mcopy") and shutil.which("mkfs.vfat")), reason="needs mtools and dosfstools"
)


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A card with a boot partition that holds two systems."""
    file, fat = tmp_path / "card.img", tmp_path / "fat"
    with fat.open("wb") as made:
        made.truncate(LENGTH)
    run(["mkfs.vfat", "-n", "KIOSK-BOOT", str(fat)], check=True, capture_output=True)
    entry = struct.pack("<B3xB3xII", 0x80, 0x0C, START // 512, LENGTH // 512)
    table = bytes(446) + entry + bytes(48) + b"\x55\xaa"
    file.write_bytes(table.ljust(START, b"\0") + fat.read_bytes())
    boot = BootPartition(file)
    at = f"{file}@@{START}"
    for slot in "ab":
        run(["mmd", "-i", at, f"::/{slot}"], check=True)
        boot.write(f"{slot}/vmlinuz", b"kernel " + slot.encode())
        boot.write(f"{slot}/initrd.img", b"initrd " + slot.encode())
        boot.write(f"{slot}/cmdline.txt", f"root=PARTUUID=x kioskd.slot={slot}\n".encode())
    said = "# the slot\n[all]\nkernel=vmlinuz\ninitramfs initrd.img followkernel\nos_prefix={}/\n"
    boot.write("config.txt", said.format("a").encode())
    boot.write("tryboot.txt", said.format("b").encode())
    return file


@needs_mtools
def test_the_firmware_starts_the_slot_that_config_names(disk: Path, tmp_path: Path) -> None:
    """Kernel, initrd and command line come from the folder that ``os_prefix`` names."""
    choice = choose(disk, tmp_path)
    assert (choice.read, choice.prefix) == ("config.txt", "a/")
    assert choice.kernel.read_bytes() == b"kernel a"
    assert choice.initrd is not None and choice.initrd.read_bytes() == b"initrd a"
    assert choice.words == "root=PARTUUID=x kioskd.slot=a"


@needs_mtools
def test_a_trial_is_read_from_tryboot_once(disk: Path, tmp_path: Path) -> None:
    """A trial starts what ``tryboot.txt`` names; the start after it is the usual one."""
    assert choose(disk, tmp_path, trial=True).prefix == "b/"
    assert choose(disk, tmp_path).prefix == "a/"


@needs_mtools
def test_the_firmware_says_what_is_missing(disk: Path, tmp_path: Path) -> None:
    """A slot without a kernel is named, not started with the other slot's."""
    BootPartition(disk).write("config.txt", b"os_prefix=c/\n")
    with pytest.raises(NotBootable, match="c/cmdline"):
        choose(disk, tmp_path)


@needs_mtools
def test_a_technicians_file_comes_back_as_written(disk: Path) -> None:
    """What is written to the boot partition is what is read from it; what is not there is None."""
    boot = BootPartition(disk)
    boot.write("kioskd.txt", "outlet = 门诊大厅\r\n".encode())
    assert boot.read("kioskd.txt") == "outlet = 门诊大厅\r\n".encode()
    assert boot.read("nothing.txt") is None


def test_partitions_are_read_from_the_table(tmp_path: Path) -> None:
    """Empty entries are no partitions; a disk without a table is refused."""
    entry = struct.pack("<B3xB3xII", 0, 0x83, 8, 16)
    file = tmp_path / "disk"
    file.write_bytes(bytes(446) + bytes(16) + entry + bytes(32) + b"\x55\xaa")
    (only,) = partitions(file)
    assert (only.number, only.kind, only.start, only.length) == (2, 0x83, 4096, 8192)
    file.write_bytes(bytes(512))
    with pytest.raises(NotBootable):
        partitions(file)


def test_settings_of_another_model_are_not_ours() -> None:
    """A filter's lines hold for that model only, until ``[all]``."""
    text = (
        "kernel=one\n[pi3]\nkernel=two # old\n[all]\nos_prefix=a/\ninitramfs i.img followkernel\n"
    )
    assert settings_of(text) == {
        "kernel": "one",
        "os_prefix": "a/",
        "initramfs": "i.img followkernel",
    }


def test_only_a_restart_with_tryboot_asks_for_a_trial() -> None:
    """An ordinary restart starts the usual slot again."""
    assert wants_trial("[ 9.1] reboot: Restarting system with command '0 tryboot'")
    assert not wants_trial("[ 9.1] reboot: Restarting system")


def picture(*labels: str, dx: int = 0) -> Image.Image:
    """Draw a screen with a label on each of four buttons."""
    image = Image.new("RGB", (640, 400), "white")
    draw = ImageDraw.Draw(image)
    for number, label in enumerate(labels):
        draw.text((40 + 150 * number + dx, 180), label, fill="black", font_size=60)
    return image


BOXES = {str(n): (20 + 150 * n, 150, 120 + n % 2, 130) for n in range(4)}


def known(name: str, image: Image.Image) -> Known:
    """Return it as a reference picture."""
    grey = image.convert("L")
    return Known(name, "zh_CN", {f"digit-{n}": BOXES[n] for n in BOXES}, pictures.small(grey), grey)


def test_a_screen_is_recognised_by_its_pixels() -> None:
    """The picture that differs least is what is up; one that is like none is unknown."""
    all_known = Pictures([known("one", picture("0", "1", "2", "3")), known("two", picture("W"))])
    found = all_known.recognise(pictures.small(picture("1", "0", "2", "3")))
    assert found is not None and found.screen == "one"
    dark = Image.new("RGB", (640, 400), "black")
    assert all_known.recognise(pictures.small(dark)) is None


def test_shuffled_digits_are_found_where_they_are_now() -> None:
    """Each digit's button is at the place that shows it, a pixel aside or not."""
    places = pictures.arranged(
        known("pin", picture("0", "1", "2", "3")), picture("2", "3", "1", "0", dx=3), "digit-"
    )
    assert places == {
        "digit-2": BOXES["0"],
        "digit-3": BOXES["1"],
        "digit-1": BOXES["2"],
        "digit-0": BOXES["3"],
    }


def test_pictures_come_back_from_their_folder(tmp_path: Path) -> None:
    """What was kept of a rehearsal is loaded with names and buttons."""
    file = tmp_path / "001-pin.png"
    picture("0", "1", "2", "3").save(file)
    pictures.save(tmp_path, [(file, "pin", "en", {"ok": (1, 2, 3, 4)})])
    (one,) = Pictures.load(tmp_path).known
    assert (one.screen, one.language, one.buttons) == ("pin", "en", {"ok": (1, 2, 3, 4)})


async def machine_socket(path: Path, nursery: trio.Nursery) -> trio.MemoryReceiveChannel[object]:
    """Listen as QEMU does; each connection comes out of the channel."""
    send, receive = trio.open_memory_channel[object](9)
    listener = trio.socket.socket(trio.socket.AF_UNIX)
    await listener.bind(str(path))
    listener.listen()

    async def take(stream: trio.SocketStream) -> None:
        await send.send(stream)
        await trio.sleep_forever()

    nursery.start_soon(trio.serve_listeners, take, [trio.SocketListener(listener)])
    return receive


async def test_a_serial_line_outlives_its_machine(tmp_path: Path) -> None:
    """Plugging waits for a machine; one that dies unplugs the device, the next one takes it."""
    port = SocketPort(tmp_path / "wire")
    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            port.plug()
            machines = await machine_socket(tmp_path / "wire", nursery)
            for _ in range(2):
                await port.wait_plugged()
                machine = await machines.receive()
                assert isinstance(machine, trio.SocketStream)
                await port.send_all(b"to the kiosk")
                assert await machine.receive_some(99) == b"to the kiosk"
                await machine.send_all(b"to the device")
                assert await port.receive_some() == b"to the device"
                machine.socket.close()
                with pytest.raises(Unplugged):
                    await port.receive_some()
            nursery.cancel_scope.cancel()


async def test_a_card_speaks_to_the_reader_in_vscard(tmp_path: Path) -> None:
    """It greets, tells its ATR when put in, answers a command, and says when it is taken."""
    card = CcidSocialCard(tmp_path / "reader", WireLog(tmp_path / "log"), set())
    persona = CardPersona.good()
    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            machines = await machine_socket(tmp_path / "reader", nursery)
            await nursery.start(card.run)
            machine = await machines.receive()
            assert isinstance(machine, trio.SocketStream)
            assert await message(machine) == (INIT, b"VSCD\0\0\0\x02\0\0\0\0")
            assert (await message(machine))[0] == READER_ADD
            await card.insert(persona)
            assert await message(machine) == (ATR, persona.atr)
            await machine.send_all(HEADER.pack(APDU, 0, 5) + bytes.fromhex("0084000008"))
            kind, answer = await message(machine)
            assert kind == APDU and len(answer) == 10 and answer.endswith(b"\x90\x00")
            await card.pull()
            assert await message(machine) == (CARD_REMOVE, b"")
            machine.socket.close()
            nursery.cancel_scope.cancel()


async def message(machine: trio.SocketStream) -> tuple[int, bytes]:
    """Read one message of the card."""
    head = await exactly(machine, HEADER.size)
    kind, _, length = HEADER.unpack(head)
    return kind, await exactly(machine, length)


async def exactly(machine: trio.SocketStream, count: int) -> bytes:
    """Read that many bytes."""
    data = b""
    while len(data) < count:
        data += await machine.receive_some(count - len(data))
    return data


async def test_the_machine_protocol_tells_refusal_from_loss(tmp_path: Path) -> None:
    """An error is QEMU's own words; events between are not answers; a closed socket is a loss."""
    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            machines = await machine_socket(tmp_path / "qmp", nursery)
            nursery.start_soon(answer_as_qemu, machines)
            async with Qmp(tmp_path / "qmp") as qmp:
                assert await qmp.do("query-status") == {"running": True}
                with pytest.raises(Refused, match="no such panel"):
                    await qmp.do("screendump", device_id="x")
                with pytest.raises(MachineGone):
                    await qmp.do("quit")
            nursery.cancel_scope.cancel()


async def answer_as_qemu(machines: trio.MemoryReceiveChannel[object]) -> None:
    """Greet, take the handshake, answer, refuse, and go."""
    machine = await machines.receive()
    assert isinstance(machine, trio.SocketStream)
    await machine.send_all(b'{"QMP": {}}\n')
    answers = {
        "qmp_capabilities": b'{"return": {}}\n',
        "query-status": b'{"event": "RESUME"}\n{"return": {"running": true}}\n',
        "screendump": b'{"error": {"class": "GenericError", "desc": "no such panel"}}\n',
    }
    while (asked := json.loads(await machine.receive_some(9999)))["execute"] != "quit":
        assert "device_id" not in asked["arguments"]
        await machine.send_all(answers[asked["execute"]])
    machine.socket.close()


async def test_the_console_knows_the_kiosks_own_words(tmp_path: Path) -> None:
    """Lines get both clocks' times; what the kiosk logs is found by its name."""
    console = SerialConsole(tmp_path / "console.log")
    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(console.follow)
            console.file.write_bytes(
                b"[    1.250000] Linux\r\n"
                b'[   12.5] kioskd[99]: {"event": "screen.shown", "screen": "welcome"}\r\n'
            )
            line = await console.wait_text("screen.shown", PATIENCE_S)
            assert line.guest_s == 12.5
            ((_, event),) = console.events("screen.shown")
            assert event["screen"] == "welcome"
            with pytest.raises(NotSaid, match="Linux"):
                await console.wait_text("never", 0.1)
            nursery.cancel_scope.cancel()


async def test_the_wire_to_the_centre_can_be_cut_before_the_centre_hears(tmp_path: Path) -> None:
    """An act at the machine's next word comes first; a cut line refuses; mended it carries."""
    line = Line()
    heard: list[bytes] = []

    async def centre(stream: trio.SocketStream) -> None:
        async for data in stream:
            heard.append(bytes(data))
            await stream.send_all(b"yes")

    async def note() -> None:
        heard.append(b"act")
        await trio.lowlevel.checkpoint()

    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
            line.to_port = listeners[0].socket.getsockname()[1]
            nursery.start_soon(trio.serve_listeners, centre, listeners)
            await nursery.start(line.run)
            line.at_next_word(note)
            machine = await trio.open_tcp_stream("127.0.0.1", line.port)
            await machine.send_all(b"hello")
            assert await machine.receive_some(9) == b"yes"
            assert heard == [b"act", b"hello"]
            await line.cut()
            assert await gone(machine)
            assert await gone(await trio.open_tcp_stream("127.0.0.1", line.port))
            line.mend()
            again = await trio.open_tcp_stream("127.0.0.1", line.port)
            await again.send_all(b"again")
            assert await again.receive_some(9) == b"yes"
            nursery.cancel_scope.cancel()


async def gone(stream: trio.SocketStream) -> bool:
    """Tell whether the other end has hung up."""
    try:
        return await stream.receive_some(9) == b""
    except trio.BrokenResourceError:
        return True
