"""The notice: what says on the panel, by picture or by letters, why the kiosk does not run."""

import fcntl
import json
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pygame
import pytest
import zxingcpp
from PIL import Image

from kioskd.domain.notice import Notice, WhichKiosk, qr_text, short_qr_text
from kioskd.domain.text import Text
from kioskd.screens.font_files import find_fonts
from kioskd.screens.notice_page import NoticePage, draw_notice
from kioskd.technician.pauses import FORGOTTEN_AFTER_S, SHOWN_S, SILENT_S, next_pause
from kioskd.technician.text_screen import text_screen
from kioskd.technician.this_machine import Places, slot_of, this_kiosk
from kioskd.technician.why import why
from tests.patience import PATIENCE_S

PANELS = ((1280, 800), (800, 480), (1024, 600), (800, 1280), (1080, 1920))
WHICH = WhichKiosk("K0999", "10000000abcdef01", "192.0.2.23", "0.3.0 a")
NOTICE = Notice(
    "I-02",
    Text("安装文件 kioskd.txt", "Site file kioskd.txt"),
    Text(
        "有 7 处不对。\n"
        + "\n".join(f"第 {n} 行：没有 “outlett” 这个键，是不是 outlet？" for n in range(7)),
        "7 things are wrong.\n"
        + "\n".join(f"Line {n}: no key “outlett”; did you mean outlet?" for n in range(7)),
    ),
    Text(
        "在电脑上打开存储卡里的 kioskd.txt，改正后放回。",
        "Open kioskd.txt on the card with a computer, correct it, put the card back.",
    ),
)
FILE = {
    "code": NOTICE.code,
    "title": {"zh_CN": NOTICE.title.zh, "en": NOTICE.title.en},
    "reason": {"zh_CN": NOTICE.reason.zh, "en": NOTICE.reason.en},
    "next_step": {"zh_CN": NOTICE.next_step.zh, "en": NOTICE.next_step.en},
    "facts": {"kiosk": "K0999"},
}
STEP = re.compile(
    r"\x1b\[(?P<row>\d+);(?P<column>\d+)H|\x1b\[(?P<colour>[0-9]+)m|\x1b\[[?0-9]*[A-Za-z]|(?P<letter>.)"
)


class Console:
    """What a text console of that size shows: letters and the colours behind them."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.letters = [[" "] * columns for _ in range(rows)]
        self.grounds = [["0"] * columns for _ in range(rows)]

    def write(self, said: str) -> "Console":
        """Draw; what does not fit is an error, as a console would scroll or cut."""
        row = column = 0
        colour = "0"
        for step in STEP.finditer(said):
            if step["row"]:
                row, column = int(step["row"]) - 1, int(step["column"]) - 1
            elif step["colour"]:
                colour = step["colour"]
            elif step["letter"]:
                self.letters[row][column], self.grounds[row][column] = step["letter"], colour
                column += 1
        return self

    @property
    def text(self) -> str:
        """The letters, all spaces as one."""
        return " ".join("".join("".join(row) for row in self.letters).split())

    def qr_code(self) -> str:
        """Read the code from the light and dark cells, as a camera sees them; empty if none."""
        picture = Image.new("L", (self.columns, 2 * self.rows), 0)
        for y, row in enumerate(self.grounds):
            for x, ground in enumerate(row):
                for half in (0, 1):
                    picture.putpixel((x, 2 * y + half), 255 if ground == "47" else 0)
        return _read(picture.resize((8 * self.columns, 16 * self.rows), Image.Resampling.NEAREST))


def _read(picture: Image.Image) -> str:
    return "".join(code.text for code in zxingcpp.read_barcodes(picture))


@pytest.mark.parametrize("size", PANELS, ids=str)
def test_the_picture_fits_every_panel_and_its_code_can_be_read(size: tuple[int, int]) -> None:
    """No text is cut off, however many lines are wrong; the QR code says code and kiosk."""
    pygame.font.init()
    surface = pygame.Surface(size)
    canvas = draw_notice(surface, NoticePage(NOTICE, WHICH, 5), find_fonts())
    assert canvas.is_sound and not canvas.buttons
    picture = Image.frombytes("RGB", size, pygame.image.tobytes(surface, "RGB"))
    assert _read(picture) == qr_text(NOTICE, WHICH)
    said = " ".join(text.text for text in canvas.drawn)
    for part in (NOTICE.code, NOTICE.title.zh, NOTICE.title.en, *NOTICE.next_step.en.split()):
        assert part in said
    assert "K0999" in said and WHICH.serial in said and WHICH.address in said


@pytest.mark.parametrize(("columns", "rows"), [(160, 50), (128, 37), (100, 30), (80, 25)])
def test_letters_and_code_stand_on_a_text_console(columns: int, rows: int) -> None:
    """Reason, kiosk and code are there in letters, and a camera reads the code from the colours."""
    said = text_screen(NOTICE, WHICH, columns, rows, "kmsdrm not available")
    console = Console(columns, rows).write(said)
    assert said.isascii()
    assert console.qr_code() in (qr_text(NOTICE, WHICH), short_qr_text(NOTICE, WHICH))
    whole = console.qr_code() == qr_text(NOTICE, WHICH)
    assert whole or rows < 33
    assert "OUT OF SERVICE I-02" in console.text
    if columns >= 128:
        assert 'Line 3: no key "outlett"' in console.text
        assert "No picture: kmsdrm not available" in console.text
        assert "Serial: 10000000abcdef01" in console.text and "192.0.2.23" in console.text


def test_a_tiny_console_has_letters_alone() -> None:
    """Where no code fits beside the text, there is none, and the text has the whole width."""
    console = Console(40, 12).write(text_screen(NOTICE, WHICH, 40, 12))
    assert console.qr_code() == "" and "OUT OF SERVICE I-02" in console.text


@pytest.mark.parametrize(
    ("result", "code"),
    [("watchdog", "I-21"), ("oom-kill", "I-22"), ("exit-code", "I-20"), ("signal", "I-20")],
)
def test_how_the_kiosk_ended_is_the_reason(
    tmp_path: Path, good_config: Path, result: str, code: str
) -> None:
    """Without a notice of provisioning, what systemd saw is told with the operator's code."""
    seen = {"MONITOR_SERVICE_RESULT": result, "MONITOR_EXIT_STATUS": "ABRT"}
    notice = why(tmp_path / "none.json", good_config, seen)
    assert notice.code == code and result in notice.reason.en and "ABRT" in notice.reason.zh


def test_nothing_known_is_said_so(tmp_path: Path, good_config: Path) -> None:
    """Started by hand, with good settings: the reason is not known, and that is the notice."""
    assert why(tmp_path / "none.json", good_config, {}).code == "I-23"


def test_wrong_settings_are_named(tmp_path: Path) -> None:
    """File, key and reason stand in the notice."""
    config = tmp_path / "kioskd.toml"
    config.write_text('[kiosk]\nid = "K0999"\nnmae = "x"\n', encoding="utf-8")
    notice = why(tmp_path / "none.json", config, {"MONITOR_SERVICE_RESULT": "exit-code"})
    assert notice.code == "K-01" and "nmae" in notice.reason.en and str(config) in notice.reason.zh


@pytest.mark.parametrize("said", [b"", b"{", b'{"code": 7}', b"\xff\xfe"])
def test_a_notice_that_cannot_be_read_hides_nothing(
    tmp_path: Path, good_config: Path, said: bytes
) -> None:
    """Instead of it stands how the kiosk ended."""
    file = tmp_path / "notice.json"
    file.write_bytes(said)
    assert why(file, good_config, {"MONITOR_SERVICE_RESULT": "watchdog"}).code == "I-21"


def test_what_provisioning_said_comes_first(tmp_path: Path) -> None:
    """Its words are shown as they are, whatever else is wrong."""
    file = tmp_path / "notice.json"
    file.write_text(json.dumps(FILE), encoding="utf-8")
    assert why(file, tmp_path / "none.toml", {}) == NOTICE


@pytest.mark.parametrize(
    ("is_told", "lengths"), [(True, SHOWN_S), (False, (*SILENT_S, *SHOWN_S))], ids=["told", "fell"]
)
def test_the_pauses_grow_and_begin_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_told: bool, lengths: tuple[float, ...]
) -> None:
    """In a row each is longer up to a limit; after an hour of peace the first is short again."""
    now = [1000.0]
    monkeypatch.setattr(time, "clock_gettime", lambda _: now[0])
    row = []
    for _ in range(len(lengths) + 1):
        pause = next_pause(tmp_path / "pause.json", is_told=is_told)
        assert pause.shown is (pause.length_s in SHOWN_S)
        row.append(pause.length_s)
        now[0] += pause.length_s + 30
    assert row == [*lengths, lengths[-1]]
    now[0] += FORGOTTEN_AFTER_S
    assert next_pause(tmp_path / "pause.json", is_told=is_told).length_s == lengths[0]


def test_a_pause_that_cannot_be_kept_is_still_one(tmp_path: Path) -> None:
    """Without its folder, or with a broken file, the notice stands as long as the first."""
    nowhere = tmp_path / "gone" / "pause.json"
    assert next_pause(nowhere, is_told=True).length_s == SHOWN_S[0]
    (tmp_path / "pause.json").write_text("[]")
    assert next_pause(tmp_path / "pause.json", is_told=True).count == 1


def test_which_kiosk_is_what_the_kernel_says(tmp_path: Path, good_config: Path) -> None:
    """Serial number and slot come from the kernel, the id from the settings; no error if none."""
    tree = tmp_path / "sys/firmware/devicetree/base"
    tree.mkdir(parents=True)
    (tree / "serial-number").write_bytes(b"10000000abcdef01\0")
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/cmdline").write_text("root=/dev/x ro kioskd.slot=b panic=10\n")
    which = this_kiosk(Places(good_config, tmp_path))
    assert (which.serial, which.kiosk) == ("10000000abcdef01", "K0999")
    assert which.software.endswith(" b")
    assert this_kiosk(Places(tmp_path / "none", tmp_path / "none")).kiosk == ""
    assert slot_of("quiet") == ""


@pytest.fixture
def good_config(tmp_path: Path) -> Path:
    file = tmp_path / "kioskd.toml"
    file.write_text(
        '[kiosk]\nid = "K0999"\noutlet = {zh = "样例", en = "Sample"}\n'
        '[central]\nurl = "https://192.0.2.1:8470"\n'
        '[pin_pad]\nport = "/dev/kiosk/pinpad"\n[id_reader]\nport = "/dev/kiosk/id-reader"\n'
        '[receipt_printer]\nport = "/dev/kiosk/receipt-printer"\n',
        encoding="utf-8",
    )
    return file


def test_a_console_without_a_size_has_the_usual_one(tmp_path: Path) -> None:
    """A console that tells 0 by 0 is drawn on as one of 80 by 25."""
    (tmp_path / "notice.json").write_text(json.dumps(FILE), encoding="utf-8")
    with _on_a_console(tmp_path, "no-such-driver", 0, 0) as (console, _):
        said = _read_until(console, "OUT OF SERVICE.*What to do")
    assert "I-02" in said


@contextmanager
def _on_a_console(
    folder: Path, driver: str, columns: int, rows: int
) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """Run ``kioskd notice`` on a terminal of its own."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))
    places = ("--config", "kioskd.toml", "--notice", "notice.json", "--pause", "pause.json")
    process = subprocess.Popen(
        [sys.executable, "-m", "kioskd", "notice", *places],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=os.environ | {"SDL_VIDEODRIVER": driver},
    )
    os.close(theirs)
    try:
        yield ours, process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        os.close(ours)


def _read_until(console: int, pattern: str) -> str:
    said, deadline = "", time.monotonic() + PATIENCE_S
    while not re.search(pattern, said, re.DOTALL):
        assert select.select([console], [], [], max(0.0, deadline - time.monotonic()))[0], said
        said += os.read(console, 65536).decode("ascii")
    return said


def test_without_a_panel_the_letters_say_so(tmp_path: Path) -> None:
    """The command itself: letters and code at once, then why there is no picture."""
    (tmp_path / "notice.json").write_text(json.dumps(FILE), encoding="utf-8")
    with _on_a_console(tmp_path, "no-such-driver", 128, 37) as (console, process):
        said = _read_until(console, "Software.*No picture.*Software")
        assert process.poll() is None, "it stands until its time is over"
    last = said[said.rindex("\x1b[2J") :] + "\x1b[0m"
    seen = Console(128, 37).write(last)
    assert "no-such-driver" in seen.text and "I-02" in seen.text
    assert "K0999" in seen.text, "without settings the number is that of kioskd.txt"


def test_with_a_panel_there_is_a_picture(tmp_path: Path) -> None:
    """The process with the picture shows it, and logs what it shows."""
    (tmp_path / "notice.json").write_text(json.dumps(FILE), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "kioskd", "notice", "--notice", "notice.json", "--picture", "5"],
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=os.environ | {"SDL_VIDEODRIVER": "dummy"},
    )
    assert process.stderr
    try:
        shown = next(line for line in process.stderr if b"screen.shown" in line)
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
    assert b'"notice"' in shown and b"I-02" in shown
