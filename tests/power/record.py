"""Runs a program under strace and returns, in order, all it asked of the disk in one folder.

strace sees what the kernel is asked: the bytes and offset of each write, each sync, each name made
or removed, whoever asks (SQLite or Python). What it cannot follow raises Unmodelled, and the reader
of a record can compare ``Disk.as_asked`` with the real folder in the end, so nothing is missed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
STATE: Final = "state"
"""The subfolder whose files a power cut can hurt."""
WITNESS: Final = "witness.jsonl"
"""Beside it: what the world outside has seen; no power cut of the kiosk changes that."""

HAS_STRACE: Final = shutil.which("strace") is not None
_FOLLOWED: Final = (
    "openat,open,creat,write,writev,pwrite64,pwritev,pwritev2,ftruncate,truncate,fallocate,fsync,"
    "fdatasync,sync_file_range,msync,sync,syncfs,rename,renameat,renameat2,unlink,unlinkat,link,"
    "linkat,mmap,copy_file_range,sendfile"
)
_CALL: Final = re.compile(r"^(\d+)\s+(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)$", re.DOTALL)
_PATH: Final = re.compile(r'<((?:\\x[0-9a-f]{2})*)>|"((?:\\x[0-9a-f]{2})*)"')
_RESULT: Final = re.compile(r"= (-?\d+|\?)[^=]*$")


class Unmodelled(Exception):
    """The program asked the disk for something that the model of a power cut does not know."""


@dataclass(frozen=True, slots=True)
class Wrote:
    """Bytes at an offset of a file."""

    name: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Resized:
    """A file was cut, or grown with zeros."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    """fsync or fdatasync of a file returned."""

    name: str


@dataclass(frozen=True, slots=True)
class FolderSynced:
    """fsync or fdatasync of a folder returned: the names in it are on the disk."""

    folder: str = ""
    """Empty: the watched one itself."""


@dataclass(frozen=True, slots=True)
class Made:
    """A file was opened that is made if it is missing."""

    name: str


@dataclass(frozen=True, slots=True)
class Removed:
    """A name was removed."""

    name: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """A name took the place of another."""

    name: str
    to: str


@dataclass(frozen=True, slots=True)
class Noted:
    """The world outside saw something: one line of the witness."""

    fact: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Failed:
    """A call that strace made fail before it did anything."""

    call: str


Event = Failed | Wrote | Resized | Synced | FolderSynced | Made | Removed | Renamed | Noted


def record(program: Sequence[str], folder: Path, inject: Sequence[str] = ()) -> list[Event]:
    """Run ``python program...`` in the project and return what it did in ``folder``.

    ``inject`` are further arguments of strace. Raises CalledProcessError, Unmodelled.
    """
    trace = folder / "trace"
    watch = ["-f", "-y", "-xx", "-s", "2000000", "--seccomp-bpf", "-e", f"trace={_FOLLOWED}"]
    run_traced([*watch, *inject], trace, program)
    events = list(read_trace(trace, folder))
    trace.unlink()
    return events


def run_traced(options: Sequence[str], trace: Path, program: Sequence[str]) -> None:
    """Run ``python program...`` under strace. Raises CalledProcessError with its stderr."""
    command = ["strace", "-qq", "-o", str(trace), *options, sys.executable, *program]
    done = subprocess.run(command, cwd=ROOT, timeout=300, capture_output=True, check=False)
    if done.returncode != 0:
        sys.stderr.write(done.stderr.decode(errors="replace"))
    done.check_returncode()


def read_trace(trace: Path, folder: Path) -> Iterator[Event]:
    """Read strace's file; calls that another thread interrupted count when they return.

    Raises Unmodelled, also for a write into a file whose sync is under way: is it in or out?
    """
    state = os.fsencode(folder / STATE)
    begun: dict[str, tuple[str, str]] = {}
    ends: dict[str, int] = {}
    with trace.open(encoding="ascii") as lines:
        for match in filter(None, map(_CALL.match, lines)):  # no call: a signal, an exit
            pid, resumed, called, rest = match.groups()
            if rest.rstrip().endswith("<unfinished ...>"):
                begun[pid] = called, rest.rpartition("<unfinished")[0].rstrip()
                continue
            call, first_part = begun.pop(pid) if resumed else (called, "")
            for event in _events(call, first_part + rest, state, ends):
                if isinstance(event, Wrote | Resized):
                    _refuse_if_syncing(state + b"/" + os.fsencode(event.name), begun)
                yield event


def _refuse_if_syncing(path: bytes, begun: dict[str, tuple[str, str]]) -> None:
    for call, arguments in begun.values():
        if "sync" in call and path in (_bytes(a or b) for a, b in _PATH.findall(arguments)):
            raise Unmodelled(f"{path!r} was written while {call} was under way")


def _events(call: str, arguments: str, state: bytes, ends: dict[str, int]) -> Iterator[Event]:
    """``ends``: how far each file was written since it was opened, for calls without an offset."""
    result = _RESULT.search(arguments)
    paths = [_bytes(a or b) for a, b in _PATH.findall(arguments.split(" = ", maxsplit=1)[0])]
    ours = [path for path in paths if path == state or path.startswith(state + b"/")]
    if arguments.rstrip().endswith("(INJECTED)"):
        yield Failed(call)
    elif result is None or result[1].startswith(("-", "?")):
        return  # it failed, or the process was killed in it: nothing happened
    elif call == "write" and paths and paths[0].endswith(WITNESS.encode()):
        yield Noted(json.loads(paths[1]))
    elif call in ("sync", "syncfs"):
        raise Unmodelled(call)
    elif ours and not ours[0].endswith(b"-shm"):  # that file is memory, rebuilt from the log
        name, *others = (os.fsdecode(path[len(state) + 1 :]) for path in ours)
        if call == "rename" and others:
            yield Renamed(name, others[0])
            return
        if call in ("fsync", "fdatasync") and os.path.isdir(ours[0]):
            yield FolderSynced(name)
            return
        yield from _of_file(call, name, arguments, int(result[1]), ends)


def _of_file(
    call: str, name: str, arguments: str, result: int, ends: dict[str, int]
) -> Iterator[Event]:
    numbers = [int(word) for word in re.findall(r"(?<=, )\d+(?=[,)])", arguments)]
    if call in ("fsync", "fdatasync"):
        yield Synced(name) if name else FolderSynced()
    elif call == "openat":
        ends[name] = 0
        if "O_CREAT" in arguments:
            yield Made(name)
        if "O_TRUNC" in arguments:
            yield Resized(name, 0)
    elif call == "pwrite64":
        data = _bytes(_PATH.findall(arguments)[1][1])
        yield Wrote(name, numbers[-1], data[:result])
    elif call == "write" and name in ends:
        yield Wrote(name, ends[name], _bytes(_PATH.findall(arguments)[1][1])[:result])
        ends[name] += result
    elif call == "ftruncate":
        yield Resized(name, numbers[0])
    elif call == "unlink":
        yield Removed(name)
    else:
        raise Unmodelled(f"{call}({arguments[:200]}")


def _bytes(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))
