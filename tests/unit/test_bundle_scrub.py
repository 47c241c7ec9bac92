"""Nothing of a citizen is carried away: planted everywhere, in every writing, found nowhere."""

import ast
import base64
import io
import json
import logging
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from kioskd import log, scrub
from kioskd.domain.secret import CardNumber, IdNumber, PersonName
from kioskd.errors import JournalDamaged
from kioskd.technician.bundle.archive import packed
from kioskd.technician.bundle.gather import gather, gather_short
from kioskd.technician.bundle.pages import join
from kioskd.technician.bundle.short import short_bundle
from kioskd.technician.doctor.visit import CHECKS, visit
from tests.journals import lent
from tests.unit.doctor_world import STATUS, Kiosk

PACKAGE = Path(__file__).parents[2] / "kioskd"

NAMES = ("张伟", "欧阳娜娜", "Zhang Wei", "ZHANG WEI", "阿卜杜拉·买买提")
NUMBERS = (
    "999999194910010019",
    "11111119491001002X",
    "6200001234567890123",
    "A12345678",
    "13900001111",
)
PLANTED = (*NAMES, *NUMBERS)


def writings(text: str) -> Iterator[str]:
    """Yield every way in which a text may come into a log."""
    yield text
    yield json.dumps(text)[1:-1]
    yield quote(text, safe="")
    for code in ("utf-8", "utf-16-le", "gb18030"):
        data = text.encode(code)
        yield data.hex()
        yield data.hex(" ")
        yield data.hex().upper()
        yield base64.b64encode(data).decode()


def found_in(text: str) -> set[str]:
    """Return what of the planted is in ``text``, in whatever writing."""
    return {
        planted
        for planted in PLANTED
        for writing in writings(planted)
        if len(writing) >= 2 and writing.lower() in text.lower()
    }


KEYS = sorted(scrub.SENTENCES | scrub.WORDS | scrub.REFS | scrub.MEASURES | {"data", "who", "item"})


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines that a kiosk at TRAFFIC writes, with citizens in every key, level and writing."""
    log.set_up("traffic")
    for planted in PLANTED:
        for writing in writings(planted):
            for level in (logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG, log.TRAFFIC):
                log.event("planted.one", level, **dict.fromkeys(KEYS, writing))
            log.warning(
                "planted.sentence", reason=f"cannot open {writing}: No such file or directory"
            )
            log.traffic("pinpad.received", writing.encode())
            try:
                raise ValueError(f"not a month: {writing}")
            except ValueError as error:
                log.fault("part.fell", error, part="visitors")
            log.event("planted.nested", states=[writing], kind={"who": writing})
    for secret in (PersonName("张伟"), IdNumber(NUMBERS[0]), CardNumber(NUMBERS[3])):
        log.event("planted.secret", kind=secret, reason=secret)
    lines = [line[3:] for line in capsys.readouterr().err.splitlines()]
    log.be_quiet()
    strangers = [f"SDL: {writing}" for planted in PLANTED for writing in writings(planted)]
    others = [json.dumps({"who": name, "at": "now", "event": "x"}) for name in NAMES]
    return [*lines, *strangers, *others]


def test_the_log_of_a_kiosk_names_them(written: list[str]) -> None:
    """What the next test scrubs is really full of citizens: names are not masked by looks."""
    assert found_in("\n".join(written)) >= set(NAMES)


def test_no_line_of_the_log_carries_a_citizen_away(written: list[str]) -> None:
    """In no key, no trace, no level, no writing; and lines of strangers are counted only."""
    text = "\n".join(scrub.log_lines(written))
    assert found_in(text) == set()
    assert len(text.splitlines()) > 100
    *_, last = scrub.log_lines(written)
    assert json.loads(last)["withheld"] > 100


@pytest.fixture
def full(tmp_path: Path, written: list[str]) -> Kiosk:
    """A kiosk with citizens wherever a program might have written them."""
    kiosk = Kiosk(tmp_path)
    kiosk.machine.programs["journalctl"] = "\n".join(written)
    kiosk.machine.programs["dmesg"] = "\n".join(
        [
            "[    1.000000] usb 1-1.4: new high-speed USB device",
            *(f"[    2.000000] usb 1-1.4: Product: {planted}'s phone" for planted in PLANTED),
            *(f"[    2.000000] usb 1-1.4: SerialNumber: {planted}" for planted in PLANTED),
            *(f"[    3.000000] mmc0: {planted}" for planted in (*NUMBERS, "张伟")),
            *(f"[    3.000000] audit: {planted}" for planted in PLANTED),
        ]
    )
    kiosk.put("/sys/bus/usb/devices/1-1.4/authorized", "0")
    kiosk.put("/sys/bus/usb/devices/1-1.4/product", "张伟's phone")
    with lent(kiosk.state) as books:
        books.confirmed()
        books.unresolved()
    kiosk.tell(replace(STATUS, screen="my_card", in_visit=True))
    return kiosk


@pytest.mark.parametrize("gathered", [gather, gather_short])
def test_no_file_of_the_bundle_carries_a_citizen_away(full: Kiosk, gathered: object) -> None:
    """The whole archive is searched, in every writing."""
    assert callable(gathered)
    checks = {name: CHECKS[name] for name in ("usb", "kiosk", "money", "journal", "units")}
    contents = gathered(full.view, visit(full.view, checks), {"kiosk": "K0123"})
    archive = packed(contents, {"kiosk": "K0123"}, 0.0)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        texts = {one.name: (tar.extractfile(one) or io.BytesIO()).read().decode() for one in tar}
    assert len(texts) > 4
    for name, text in texts.items():
        assert found_in(text) == set(), name


def test_what_helps_is_still_there(capsys: pytest.CaptureFixture[str]) -> None:
    """Parts, codes, references, numbers, sentences of the system and places in our own files."""
    log.set_up("info")
    log.warning("health.trouble", part="pin_pad", reason="pin_pad_gone", code="D-02")
    log.event("journal.synced", ref="K0123-7KQ4-000457", state="confirmed")
    log.event("kiosk.starting", id="K0123", version="0.1.0")
    log.event("document_printer.begins", print="0123456789abcdef" * 2, pages=3)
    log.warning("journal.failed", error="database or disk is full", failing=True)
    log.warning("status.not_written", reason="[Errno 30] Read-only file system: '/run/x'")
    log.event("central.ping_failed", code="S-01")
    log.event("card.reader_gone", reader="Maker 张伟", code="8010001D")
    log.event("visit.ended", why="VisitorLeft")
    log.event("day_end.difference", journal="1,400.00", told="0.00")
    try:
        raise JournalDamaged("of 张伟")
    except JournalDamaged as error:
        log.fault("part.fell", error, part="caretaker")
    lines = [line[3:] for line in capsys.readouterr().err.splitlines()]
    log.be_quiet()
    told = [json.loads(line) for line in scrub.log_lines(lines)]
    for line in told:
        line.pop("at")
    assert told[:7] == [
        {"event": "health.trouble", "part": "pin_pad", "reason": "pin_pad_gone", "code": "D-02"},
        {"event": "journal.synced", "ref": "K0123-7KQ4-000457", "state": "confirmed"},
        {"event": "kiosk.starting", "id": "K0123", "version": "0.1.0"},
        {"event": "document_printer.begins", "print": "#3eb1bd43", "pages": 3},
        {"event": "journal.failed", "error": "database or disk is full", "failing": True},
        {"event": "status.not_written", "reason": "Read-only file system"},
        {"event": "central.ping_failed", "code": "S-01"},
    ]
    assert told[7]["withheld"] == 1
    assert told[8]["why"] == "VisitorLeft"
    assert (told[9]["journal"], told[9]["told"]) == ("1,400.00", "0.00")
    assert told[10]["trace"] == ["JournalDamaged"]


def test_where_it_fell_is_told_by_our_own_files() -> None:
    """File, line and function; not the line's text, which a message may repeat."""
    trace = (
        'Traceback (most recent call last):\n  File "/usr/lib/kioskd/lib/python3.11/site-packages/'
        'kioskd/flows/login.py", line 47, in log_in\n    read("张伟")\n'
        "kioskd.errors.DeviceUnavailable: card: 张伟\n"
    )
    line = json.dumps({"at": "2026-11-22T02:00:00.000Z", "event": "part.fell", "trace": trace})
    (told,) = scrub.log_lines([line])
    assert json.loads(told)["trace"] == ["kioskd/flows/login.py:47 log_in", "DeviceUnavailable"]


def test_the_kernels_lines_on_the_machine_stay() -> None:
    """Buses, disks, power and memory; of numbers only short ones."""
    lines = [
        "[    2.100000] mmcblk0: mmc0:aaaa SD32G 29.7 GiB",
        "[   90.000000] hwmon hwmon1: Undervoltage detected!",
        "[   91.000000] usb 1-1.2: FTDI USB Serial Device converter now attached to ttyUSB0",
        "[   92.000000] audit: type=1400 something",
        "[   93.000000] usb 1-1.2: device descriptor read, error 999999194910010019",
    ]
    shortened = lines[4].replace("999999194910010019", scrub.WITHHELD)
    assert list(scrub.kernel_lines(lines)) == [*lines[:3], shortened]


def keys_logged() -> set[str]:
    """Return every key that the kiosk's code gives to a value of its log."""
    found: set[str] = set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(
                node.func, ast.Attribute | ast.Name
            ):
                continue
            name = ast.unparse(node.func)
            if name in ("log.event", "log.warning", "log.fault", "event", "warning"):
                found |= {one.arg for one in node.keywords if one.arg}
    return found


def test_the_list_of_keys_is_the_codes() -> None:
    """Each listed key is one that the kiosk logs; a key that nobody listed is withheld."""
    groups = (scrub.WORDS, scrub.REFS, scrub.MEASURES, scrub.SENTENCES, scrub.NOT_TAKEN)
    decided = frozenset().union(*groups)
    assert sum(map(len, groups)) == len(decided), "a key in two groups"
    assert decided - keys_logged() == set()


def test_a_short_bundle_stays_short(full: Kiosk) -> None:
    """Of a log that is full of trouble only the newest lines are carried by codes."""
    reasons = ["pin_pad_gone"] * 998 + ["newest"]
    lines = [
        json.dumps(
            {"at": f"2026-11-22T02:00:00.{at:03d}Z", "event": "health.trouble", "reason": one}
        )
        for at, one in enumerate(reasons)
    ]
    full.machine.programs["journalctl"] = "\n".join(lines)
    pages = short_bundle(full.view, visit(full.view, {"usb": CHECKS["usb"]}), {"kiosk": "K0123"})
    assert 1 < len(pages) <= 12
    with tarfile.open(fileobj=io.BytesIO(join(pages))) as tar:
        told = (tar.extractfile("kioskd-bundle/log.jsonl") or io.BytesIO()).read().decode()
    assert json.loads(told.splitlines()[-1])["reason"] == "newest"
