"""Numbers the calls across kioskd's contracts, in kioskd's own process, and kills it at one.

A point stands before and after each call of a public method of the classes in ``HOMES``: journal,
outbox, PIN pad, centre, printer. New methods and classes there are covered by themselves. What
the PIN pad calls back (``decide``, ``on_step``) has its points too. A point is named
``<part> <Class>.<method>#<how often so far> before|after``; a part is a supervised task of the
daemon, so names stay the same however the parts interleave. kioskd knows nothing of this.

A point's line begins with ``!``, or with ``=`` where nothing can have become different since the
point before it: it is the journal's or the outbox's, and no file of theirs has changed.

Left out: properties and what the parts in ``QUIET`` and the health board ask, over and over, to
see whether devices are well; they change nothing, and their number depends on time. Also ``run``,
which never returns, and a class's calls on itself.
"""

import inspect
import os
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial, wraps
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

HOMES: Final = (
    "kioskd.payments.journal",
    "kioskd.payments.outbox",
    "kioskd.drivers.pinpad",
    "kioskd.drivers.receipt_printer",
    "kioskd.relay.client",
)
KEEP_BOOKS: Final = frozenset({"kioskd.payments.journal", "kioskd.payments.outbox"})
"""Making one of these is a call too: it may create a file."""
LEFT_OUT: Final = frozenset({"run", "listen"})
QUIET: Final = frozenset(
    {"health", "central", "pin_pad", "receipt_printer", "id_reader", "console"}
)
NEW: Final = "!"
SAME: Final = "="
Call = Callable[..., Any]
Reach = Callable[[str, str], None]

_part: ContextVar[str] = ContextVar("part", default="boot")
_inside: ContextVar[frozenset[str]] = ContextVar("inside", default=frozenset())


class Points:
    """Writes each point as a line; at the one to be killed at, the process is gone."""

    def __init__(self, path: str, kill: str, state: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._kill, self._state = kill, state
        self._seen: Counter[str] = Counter()
        self._files: list[tuple[str, int, int]] = []

    def reach(self, call: str, side: str, keeps: bool = False) -> None:
        """Be at a point; ``keeps``: of a call to what keeps the books.

        A line in a file survives SIGKILL without being synced.
        """
        if _part.get() in QUIET:
            return
        name = f"{_part.get()} {call}"
        self._seen[f"{name} {side}"] += 1
        point = f"{name}#{self._seen[f'{name} {side}']} {side}"
        before, self._files = self._files, _files_in(self._state)
        same = keeps and before == self._files
        os.write(self._file, f"{SAME if same else NEW}{point}\n".encode())
        if point == self._kill:
            os.kill(os.getpid(), signal.SIGKILL)


def _files_in(state: str) -> list[tuple[str, int, int]]:
    """Return name, size and time of every durable file; a log grows with each commit."""
    if not os.path.isdir(state):
        return []
    files = [file for file in os.scandir(state) if not file.name.endswith("-shm")]
    return sorted((it.name, it.stat().st_size, it.stat().st_mtime_ns) for it in files)


def install(path: str, kill: str, state: str) -> None:
    """Put points around every call and write them to ``path``; die at ``kill``.

    ``state``: the folder of the files that the journal and the outbox keep.
    """
    points = Points(path, kill, state)
    for home in HOMES:
        if find_spec(home) is None:
            continue
        module = import_module(home)
        for name, found in vars(module).items():
            if inspect.isclass(found) and found.__module__ == home and not name.startswith("_"):
                _wrap_class(found, points)
    daemon = sys.modules["kioskd.daemon"]
    _name_the_parts(daemon)
    _keep_quiet(sys.modules["kioskd.health"].HealthBoard, "trouble_of", "troubles")


def _wrap_class(owner: type, points: Points) -> None:
    if issubclass(owner, BaseException) or hasattr(owner, "__dataclass_fields__"):
        return
    for name, method in list(vars(owner).items()):
        opens = name == "__init__" and owner.__module__ in KEEP_BOOKS
        wanted = opens or not (name.startswith("_") or name in LEFT_OUT)
        plain = inspect.isfunction(method) and not inspect.isasyncgenfunction(method)
        if wanted and plain:
            reach = partial(points.reach, keeps=owner.__module__ in KEEP_BOOKS)
            setattr(owner, name, _wrapped(owner.__name__, method, reach))


def _wrapped(owner: str, method: Call, reach: Reach) -> Call:
    name = f"{owner}.{method.__name__}"
    if inspect.iscoroutinefunction(method):

        @wraps(method)
        async def waited(*args: Any, **values: Any) -> Any:
            if owner in _inside.get():
                return await method(*args, **values)
            with _between(owner, name, reach):
                return await method(*_heard(name, args, reach), **_heard_too(name, values, reach))

        return waited

    @wraps(method)
    def called(*args: Any, **values: Any) -> Any:
        if owner in _inside.get():
            return method(*args, **values)
        with _between(owner, name, reach):
            return method(*args, **values)

    return called


@contextmanager
def _between(owner: str, name: str, reach: Reach) -> Iterator[None]:
    reach(name, "before")
    token = _inside.set(_inside.get() | {owner})
    try:
        yield
    finally:
        _inside.reset(token)
        reach(name, "after")


def _heard(name: str, args: tuple[Any, ...], reach: Reach) -> tuple[Any, ...]:
    """Put points around what a device calls back; the first argument is the device itself."""
    return (args[0], *(_callback(name, each, reach) for each in args[1:]))


def _heard_too(name: str, values: dict[str, Any], reach: Reach) -> dict[str, Any]:
    return {key: _callback(name, each, reach) for key, each in values.items()}


def _callback(name: str, value: Any, reach: Reach) -> Any:
    if not (inspect.isfunction(value) or inspect.ismethod(value) or isinstance(value, partial)):
        return value
    inner = value.func if isinstance(value, partial) else value
    return _Heard(f"{name}>{inner.__name__}", value, reach)


class _Heard:
    """A callback with points around it; what it awaits is between them."""

    def __init__(self, name: str, inner: Call, reach: Reach) -> None:
        self._name, self._inner, self._reach = name, inner, reach

    def __call__(self, *args: Any) -> Any:
        self._reach(self._name, "before")
        result = self._inner(*args)
        if inspect.isawaitable(result):
            return self._awaited(result)
        self._reach(self._name, "after")
        return result

    async def _awaited(self, result: Awaitable[Any]) -> Any:
        value = await result
        self._reach(self._name, "after")
        return value


def _name_the_parts(daemon: Any) -> None:
    """Let what runs in a supervised task know the part's name; worker threads inherit it."""
    supervise = daemon.supervise

    async def named(name: str, part: Callable[[], Awaitable[object]]) -> None:
        _part.set(name)
        await supervise(name, part)

    daemon.supervise = named


def _keep_quiet(owner: type, *names: str) -> None:
    for name in names:
        setattr(owner, name, _quiet(getattr(owner, name)))


def _quiet(method: Call) -> Call:
    @wraps(method)
    def asked(*args: Any) -> Any:
        token = _part.set("health")
        try:
            return method(*args)
        finally:
            _part.reset(token)

    return asked
