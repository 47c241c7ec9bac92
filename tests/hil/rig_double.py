"""A rig made of the simulators: real ptys, pcscd and kiosk; ssh, relay and hands are commands here.

``RigWorld`` sees what it sees of a real rig: command lines, a console behind a tunnel, a log.
"""

import json
import shlex
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import trio

from kiosk_bench.config_file import DOOR_PIN, EARPHONES_PIN, LAMP_PINS, PRESENCE_PIN, VOICE
from kiosk_bench.kiosk_process import KioskProcess
from kiosk_bench.people import People
from kiosk_bench.programs import Programs
from kiosk_bench.rig.file import Words
from kiosk_bench.world import World, WorldSettings

CLIENT = """
import socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect(sys.argv[1])
line.sendall(" ".join(sys.argv[2:]).encode() + b"\\n")
answer = b"".join(iter(lambda: line.recv(65536), b"")).decode()
print(answer.removeprefix("ok "), end="")
sys.exit(not answer.startswith("ok"))
"""
TUNNEL = Path(__file__).with_name("tunnel.py")
SERIALS = {"1-1.1": "CARD-0001", "1-1.2": "PAD-0001", "1-1.3": "ID-0001", "1-1.4": "ROLL-0001"}
BOARD = "100000000000abcd"


class RigDouble(World):
    """The kiosk under test with its devices and everybody's hands, but no centre."""

    async def build(self, stack: AsyncExitStack) -> None:
        """Plug everything in; obey orders from now on. The power is on, the service is not."""
        self.run.mkdir(parents=True, exist_ok=True)
        self.lab = self._made("lab")
        self.power = self.run / "power-is-on"
        self.power.touch()
        self.orders = self.sockets / "orders"
        await stack.enter_async_context(self.pcscd)
        await self._start_devices()
        self._make_recorder()
        for usb, serial in SERIALS.items():
            (self._made(f"usb/{usb}") / "serial").write_text(f"{serial}\n", encoding="ascii")
        (self.run / "board").write_text(f"{BOARD}\0", encoding="ascii")
        self.kiosk = KioskProcess(self.lab / "kioskd.toml", self.folder, self.environment())
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.orders))
        listener.listen()
        serve = trio.SocketListener(trio.socket.from_stdlib_socket(listener))
        self.nursery.start_soon(trio.serve_listeners, self._hear, [serve])
        stack.push_async_callback(self.kiosk.stop)

    def hand(self, *words: str) -> Words:
        """Return the command that has something done here."""
        return (sys.executable, "-SEc", CLIENT, str(self.orders), *words)

    def tables(self, cards: Path, port: int) -> dict[str, dict[str, Any]]:
        """Return ``rig.toml`` of this rig; ``cards`` tells the personas."""
        self.cards = cards
        shell = f'test -e {shlex.quote(str(self.power))} || exit 255; eval "$0"'
        wires = {
            name: str(self.run / f"{name}.tty") for name in ("pin-pad", "id-reader", "printer")
        }
        labels = {"zhang": "zhang's white card", "zhang foreign": "a bank card"}
        return {
            "kiosk": {
                "address": "the kiosk",
                "serial": BOARD,
                "serial_file": str(self.run / "board"),
                "usb": str(self.run / "usb"),
                "folder": str(self.lab),
                "owner": "root",
                "program": f"{shlex.quote(sys.executable)} -m kioskd",
                "console": str(self.sockets / "console"),
                "start": shlex.join(self.hand("service", "start")),
                "stop": shlex.join(self.hand("service", "stop")),
                "log": f"exec tail -n +1 -f {shlex.quote(str(self.run / 'log'))}",
                "shell": ["sh", "-c", shell.replace("{", "{{").replace("}", "}}")],
                "tunnel": [
                    *(sys.executable, "-SE", str(TUNNEL)),
                    *("{screen}", "{console}", "{centre_port}", "{line_port}"),
                ],
                "settings": {
                    "visit": {"goodbye_s": 0.5, "paper_s": 0.5},
                    "voice": {"command": str(self.run / VOICE)},
                },
            },
            "centre": {"port": port},
            "power": {"off": self.hand("power", "off"), "on": self.hand("power", "on")},
            "card": {
                "usb": "1-1.1",
                "serial": "CARD-0001",
                "labels": labels,
                "insert": self.hand("card", "insert", "{card}"),
                "pull": self.hand("card", "pull"),
            },
            "id_reader": {
                "usb": "1-1.3",
                "serial": "ID-0001",
                "port": wires["id-reader"],
                "labels": labels,
                "put": self.hand("id", "put", "{card}"),
                "take": self.hand("id", "take"),
            },
            "pin_pad": {
                "usb": "1-1.2",
                "serial": "PAD-0001",
                "port": wires["pin-pad"],
                "max_fen": 300000,
                "accept_charges": True,
                "insert": self.hand("bank", "insert"),
                "pin": self.hand("bank", "pin"),
                "cancel": self.hand("bank", "cancel"),
                "books": self.hand("books"),
            },
            "receipt_printer": {
                "usb": "1-1.4",
                "serial": "ROLL-0001",
                "port": wires["printer"],
                "count": self.hand("receipts"),
            },
            "cabinet": {
                "lamps": LAMP_PINS,
                "presence": PRESENCE_PIN,
                "door": DOOR_PIN,
                "earphones": EARPHONES_PIN,
                "set_presence": self.hand("person", "stands", "{state}"),
            },
        }

    async def _hear(self, stream: trio.SocketStream) -> None:
        """Obey one order, answer when it is done."""
        async with stream:
            line = bytes(await stream.receive_some(4096)).decode().strip()
            verb, rest = " ".join(line.split()[:2]), " ".join(line.split()[2:])
            with_one = {
                "card insert": self.insert,
                "id put": self._put,
                "person stands": self._stand,
            }
            plain = self._plain()
            answer = await (plain[line]() if line in plain else with_one[verb](rest))
            await stream.send_all(f"ok {'' if answer is None else answer}".encode())

    def _plain(self) -> dict[str, Callable[[], Awaitable[object]]]:
        customer = self.pin_pad.customer
        return {
            "power off": self._power_off,
            "power on": self._power_on,
            "service start": self._start_service,
            "service stop": self.kiosk.stop,
            "card pull": self.card.pull,
            "id take": self._take,
            "bank insert": customer.insert_card,
            "bank pin": customer.enter_pin,
            "bank cancel": customer.press_cancel,
            "books": self._books,
            "receipts": self._receipts,
        }

    async def _power_off(self) -> None:
        self.power.unlink()
        if self.is_running:
            await self.cut_power()

    async def _power_on(self) -> None:
        self.power.touch()
        await self._start_service()

    async def insert(self, key: str) -> None:
        """Put a citizen's card into the slot, or one with a flaw: ``zhang foreign``."""
        citizen, _, flaw = key.partition(" ")
        await self.card.insert(self._people().named(citizen).persona(flaw))

    async def _put(self, key: str) -> None:
        self.id_reader.put_card(self._people().named(key).id_card())
        await trio.lowlevel.checkpoint()

    async def _take(self) -> None:
        self.id_reader.take_card()
        await trio.lowlevel.checkpoint()

    async def _stand(self, state: str) -> None:
        await self.cabinet.presence(state == "1")

    async def _books(self) -> str:
        return json.dumps(await self.charges())

    async def _receipts(self) -> int:
        return await self.receipts()

    @property
    def is_running(self) -> bool:
        """Whether the kiosk's process lives."""
        return self.kiosk.is_running

    async def _start_service(self) -> None:
        """As systemd does: nothing if it runs; a log of its own for each start."""
        if self.is_running:
            return
        self.kiosk.log = self.run / f"kioskd-{self.kiosk.starts + 1}.log"
        self.kiosk.log.touch()
        link = self.run / "log"
        link.unlink(missing_ok=True)
        link.symlink_to(self.kiosk.log)
        await self.kiosk.start()
        await self.cabinet.wait_ready()

    def _people(self) -> People:
        return People.of(json.loads(self.cards.read_text(encoding="utf-8")))


@asynccontextmanager
async def rig_of_simulators(folder: Path, programs: Programs) -> AsyncIterator[RigDouble]:
    """Have such a rig in ``folder``."""
    folder.mkdir(parents=True)
    async with trio.open_nursery() as nursery:
        double = RigDouble(folder, WorldSettings(pictures=False), programs, nursery)
        async with AsyncExitStack() as stack:
            await double.build(stack)
            yield double
        nursery.cancel_scope.cancel()
