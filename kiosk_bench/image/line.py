"""The wire between machine and centre: it may be cut; it cannot be read, for it is TLS."""

from collections.abc import Awaitable, Callable

import trio

CHUNK = 65536
Act = Callable[[], Awaitable[None]]


class Line:
    """Carries connections from a free loopback port to the centre's."""

    def __init__(self) -> None:
        self.port = 0
        self.to_port = 0
        self.connections = 0
        self._is_cut = False
        self._open: set[trio.SocketStream] = set()
        self._at_next_word: Act | None = None

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Listen until cancelled."""
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        self.port = listeners[0].socket.getsockname()[1]
        task_status.started()
        await trio.serve_listeners(self._carry, listeners)

    async def cut(self) -> None:
        """Take the line down; open connections are cut."""
        self._is_cut = True
        for stream in list(self._open):
            await trio.aclose_forcefully(stream)

    def mend(self) -> None:
        """Bring the line up again."""
        self._is_cut = False

    def at_next_word(self, act: Act) -> None:
        """Await ``act`` when the machine next sends anything, before the centre has it."""
        self._at_next_word = act

    async def _carry(self, machine: trio.SocketStream) -> None:
        if self._is_cut:
            await trio.aclose_forcefully(machine)
            return
        self.connections += 1
        self._open.add(machine)
        try:
            centre = await trio.open_tcp_stream("127.0.0.1", self.to_port)
            async with centre, trio.open_nursery() as nursery:
                nursery.start_soon(self._up, machine, centre, nursery.cancel_scope)
                await _copy(centre, machine)
                nursery.cancel_scope.cancel()
        except OSError:
            pass  # the centre does not listen: the machine sees its connection end
        finally:
            self._open.discard(machine)
            await trio.aclose_forcefully(machine)

    async def _up(
        self, machine: trio.SocketStream, centre: trio.SocketStream, scope: trio.CancelScope
    ) -> None:
        await _copy(machine, centre, self._before_each)
        scope.cancel()

    async def _before_each(self) -> None:
        act, self._at_next_word = self._at_next_word, None
        if act is not None:
            await act()


async def _copy(
    one: trio.SocketStream, other: trio.SocketStream, before: Act | None = None
) -> None:
    """Carry bytes one way until either end is gone."""
    try:
        async for data in one:
            if before is not None:
                await before()
            await other.send_all(data)
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        pass
