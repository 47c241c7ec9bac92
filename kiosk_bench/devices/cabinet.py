"""The bench's hands on the cabinet of a kiosk in another process; see ``socket_pins``."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import trio

from kiosk_bench.devices.socket_pins import REST_VARIABLE, SOCKET_VARIABLE

POLL_S = 0.02


class CabinetRig:
    """Drives presence sensor and door contact, and looks at lamps, over the pins' socket."""

    def __init__(
        self,
        socket_path: Path,
        presence_pin: int = 17,
        door_pin: int = 27,
        earphones_pin: int | None = None,
    ) -> None:
        self._socket_path = socket_path
        self._presence_pin = presence_pin
        self._door_pin = door_pin
        self._earphones_pin = earphones_pin
        self.somebody = self.is_open = self.plugged = False
        """Who stands there, the door, the jack: as they were driven last."""

    @property
    def environment(self) -> dict[str, str]:
        """What the kiosk's process needs in its environment.

        A contact that nobody drives floats: a kiosk that is faster than the bench would tell the
        centre of a door that nobody opened.
        """
        rest = {self._presence_pin: 0, self._door_pin: 0}
        if self._earphones_pin is not None:
            rest[self._earphones_pin] = 1
        return {
            "GPIOZERO_PIN_FACTORY": "benchsocket",
            SOCKET_VARIABLE: str(self._socket_path),
            REST_VARIABLE: " ".join(f"{pin}={level}" for pin, level in rest.items()),
        }

    async def wait_ready(self) -> None:
        """Return when the kiosk has its pins; the door is closed, nobody there, the jack empty."""
        while not await self._is_there():
            await trio.sleep(POLL_S)
        await self.door(False)
        await self.presence(False)
        if self._earphones_pin is not None:
            await self.earphones(False)

    async def presence(self, somebody: bool) -> None:
        """Let somebody stand before the kiosk, or nobody."""
        await self._drive(self._presence_pin, somebody)
        self.somebody = somebody

    async def door(self, is_open: bool) -> None:
        """Open or close the cabinet; a closed door pulls its contact low."""
        await self._drive(self._door_pin, is_open)
        self.is_open = is_open

    async def earphones(self, plugged: bool) -> None:
        """Put a plug into the jack, which pulls its contact low, or pull it out."""
        assert self._earphones_pin is not None, "this cabinet has a jack"
        await self._drive(self._earphones_pin, not plugged)
        self.plugged = plugged

    async def lamp_lit(self, pin: int) -> bool:
        """Tell whether the lamp on ``pin`` is lit."""
        return (await self.lamps_lit([pin]))[0]

    async def lamps_lit(self, pins: Iterable[int]) -> list[bool]:
        """Tell which lamps are lit. Raises OSError while there is no kiosk."""
        return [answer == "1" for answer in await self._ask_all(*(f"state {pin}" for pin in pins))]

    async def _drive(self, pin: int, high: bool) -> None:
        answer = await self._ask(f"drive {pin} {int(high)}")
        assert answer == "ok", answer

    async def _is_there(self) -> bool:
        try:
            await self._ask(f"state {self._presence_pin}")
        except OSError:
            return False
        return True

    async def _ask(self, request: str) -> str:
        return (await self._ask_all(request))[0]

    async def _ask_all(self, *requests: str) -> list[str]:
        try:
            return await self._converse(requests)
        except trio.BrokenResourceError as killed:
            raise ConnectionResetError("the pins have gone") from killed

    async def _converse(self, requests: Sequence[str]) -> list[str]:
        async with await trio.open_unix_socket(str(self._socket_path)) as stream:
            await stream.send_all("".join(f"{one}\n" for one in requests).encode())
            answers = b""
            while answers.count(b"\n") < len(requests):
                part = await stream.receive_some()
                if not part:
                    raise ConnectionResetError("the pins have gone")
                answers += part
        return answers.decode().split("\n")[:-1]
