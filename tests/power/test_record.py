"""Reading strace's file: order, threads that interrupt each other, calls that failed."""

from pathlib import Path

import pytest

from tests.power.record import (
    Event,
    Failed,
    FolderSynced,
    Made,
    Noted,
    Removed,
    Renamed,
    Synced,
    Unmodelled,
    Wrote,
    read_trace,
)


def escaped(text: str) -> str:
    """Write text as ``strace -xx`` does."""
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


def read(folder: Path, *lines: str) -> list[Event]:
    """Read a trace in which DB, LOG, DIR and WITNESS stand for paths and {...} for strings."""
    names = {"DB": "state/f.db", "LOG": "state/f.db-wal", "SHM": "state/f.db-shm", "DIR": "state"}
    text = "\n".join(lines) + "\n"
    for name, path in {**names, "WITNESS": "witness.jsonl"}.items():
        text = text.replace(name, escaped(str(folder / path)))
    trace = folder / "trace"
    trace.write_text(text, encoding="ascii")
    return list(read_trace(trace, folder))


def test_each_call_becomes_what_it_did(tmp_path: Path) -> None:
    """Names are within the folder; a short write counts for what was written."""
    fact = escaped('{"mark": "here"}\n')
    assert read(
        tmp_path,
        '7 openat(AT_FDCWD<\\x2f>, "DB", O_RDWR|O_CREAT|O_CLOEXEC, 0644) = 3<DB>',
        f'7 pwrite64(3<DB>, "{escaped("abcd")}", 4, 4096) = 3',
        "7 fdatasync(3<DB>) = 0",
        "7 fsync(4<DIR>) = 0",
        f'7 write(5<WITNESS>, "{fact}", 17) = 17',
        '7 unlink("DB") = 0',
        "7 +++ exited with 0 +++",
    ) == [
        Made("f.db"),
        Wrote("f.db", 4096, b"abc"),
        Synced("f.db"),
        FolderSynced(),
        Noted({"mark": "here"}),
        Removed("f.db"),
    ]


def test_a_call_counts_when_it_returns(tmp_path: Path) -> None:
    """Another thread's write to another file may come while a sync is under way."""
    lines = [
        "7 fdatasync(3<LOG> <unfinished ...>",
        f'8 pwrite64(4<DB>, "{escaped("a")}", 1, 0 <unfinished ...>',
        "8 <... pwrite64 resumed>) = 1",
        "7 <... fdatasync resumed>) = 0",
    ]
    assert read(tmp_path, *lines) == [Wrote("f.db", 0, b"a"), Synced("f.db-wal")]
    with pytest.raises(Unmodelled):
        read(tmp_path, *(line.replace("DB", "LOG") for line in lines))


def test_what_failed_did_nothing(tmp_path: Path) -> None:
    """A call that failed, or that a kill ended, is left out; one that was made to fail is named."""
    assert read(
        tmp_path,
        "7 fdatasync(3<LOG>) = -1 EIO (Input/output error)",
        "7 fdatasync(3<LOG>) = -1 EIO (Input/output error) (INJECTED)",
        "7 fdatasync(3<LOG>) = ?",
        "7 fdatasync(9<\\x2f\\x74>) = 0",
    ) == [Failed("fdatasync")]


@pytest.mark.parametrize(
    "line",
    [
        "7 mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 3<DB>, 0) = 0x7f00",
        '7 link("LOG", "DB") = 0',
        "7 sync() = 0",
    ],
)
def test_what_the_model_does_not_know_is_refused(tmp_path: Path, line: str) -> None:
    """A call that would make the record wrong raises."""
    with pytest.raises(Unmodelled):
        read(tmp_path, line)


def test_the_memory_file_is_no_part_of_it(tmp_path: Path) -> None:
    """What is mapped or written of -shm is left out."""
    line = "7 mmap(NULL, 32768, PROT_READ|PROT_WRITE, MAP_SHARED, 5<SHM>, 0) = 0x7f00"
    assert read(tmp_path, line, "7 ftruncate(5<SHM>, 3) = 0") == []


def test_files_in_folders_are_followed(tmp_path: Path) -> None:
    """A file that is written from its beginning, a name that takes another's place, a folder."""
    (tmp_path / "state" / "sub").mkdir(parents=True)
    new, old, sub = (escaped(str(tmp_path / "state" / name)) for name in ("sub/n", "sub/o", "sub"))
    assert read(
        tmp_path,
        f'7 openat(AT_FDCWD<\\x2f>, "{new}", O_WRONLY|O_CREAT|O_EXCL, 0600) = 3<{new}>',
        f'7 write(3<{new}>, "{escaped("abc")}", 3) = 3',
        f'7 write(3<{new}>, "{escaped("de")}", 2) = 2',
        f"7 fsync(3<{new}>) = 0",
        f'7 rename("{new}", "{old}") = 0',
        f"7 fsync(4<{sub}>) = 0",
    ) == [
        Made("sub/n"),
        Wrote("sub/n", 0, b"abc"),
        Wrote("sub/n", 3, b"de"),
        Synced("sub/n"),
        Renamed("sub/n", "sub/o"),
        FolderSynced("sub"),
    ]
