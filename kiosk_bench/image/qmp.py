"""QEMU's machine protocol over its Unix socket: JSON lines, one command at a time.

Source: https://www.qemu.org/docs/master/interop/qmp-spec.html.
"""

import json
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import trio

LOOK_S = 0.05
LINE_MAX = 1 << 22


class MachineGone(Exception):
    """QEMU has ended, or was killed, while it was asked."""


class Refused(Exception):
    """QEMU does not do what it was asked; the text is its own."""


class Qmp:
    """A conversation with one QEMU; use it as an async context manager."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._turn = trio.Lock()
        self._buffer = bytearray()
        self._stream: trio.SocketStream

    async def __aenter__(self) -> Self:
        while True:
            try:
                self._stream = await trio.open_unix_socket(str(self._socket))
            except OSError:
                await trio.sleep(LOOK_S)
            else:
                break
        await self._line()  # its greeting
        await self.do("qmp_capabilities")
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await trio.aclose_forcefully(self._stream)

    async def do(self, command: str, **arguments: Any) -> Any:
        """Give a command; return its answer. Raises Refused, MachineGone."""
        asked = {"execute": command, "arguments": _named(arguments)}
        # Not cancelled between: an answer left unread would be taken for the next one's.
        async with self._turn:
            with trio.CancelScope(shield=True):
                return await self._asked(asked)

    async def _asked(self, asked: dict[str, Any]) -> Any:
        try:
            await self._stream.send_all(json.dumps(asked).encode() + b"\n")
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise MachineGone from None
        while True:
            told = await self._line()
            if "error" in told:
                raise Refused(f"{asked['execute']}: {told['error']['desc']}")
            if "return" in told:
                return told["return"]

    async def _line(self) -> dict[str, Any]:
        while (end := self._buffer.find(b"\n")) < 0:
            try:
                data = await self._stream.receive_some(65536)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                data = b""
            if not data or len(self._buffer) > LINE_MAX:
                raise MachineGone
            self._buffer += data
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return dict(json.loads(line))


def _named(arguments: dict[str, Any]) -> dict[str, Any]:
    """QEMU writes its names with hyphens."""
    return {name.replace("_", "-"): value for name, value in arguments.items()}
