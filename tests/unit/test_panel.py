"""The picture on the kernel's display: against a card that answers as Linux does."""

import ctypes
import errno
import fcntl
import os
from collections.abc import Iterator
from ctypes import Structure
from dataclasses import dataclass, field
from pathlib import Path

import pygame
import pytest

from kioskd.errors import DeviceUnavailable
from kioskd.screens import kms_calls as kms
from kioskd.screens.kms import open_kms
from kioskd.screens.panel import Panel

NUMBERS = {
    "GETRESOURCES": (kms.Resources, 0xC04064A0), "GETCONNECTOR": (kms.Connector, 0xC05064A7),
    "GETENCODER": (kms.Encoder, 0xC01464A6), "SETCRTC": (kms.Crtc, 0xC06864A2),
    "ADDFB": (kms.Buffer, 0xC01C64AE), "CREATE_DUMB": (kms.CreateDumb, 0xC02064B2),
    "MAP_DUMB": (kms.MapDumb, 0xC01064B3), "DIRTYFB": (kms.Dirty, 0xC01864B1),
}  # fmt: skip
"""As a C compiler makes them of the kernel's header."""
HDMI, OTHER_SOCKET, ENCODER, FREE_ENCODER, FIRST_CRTC, SECOND_CRTC = 32, 33, 40, 41, 50, 51
LINE = 64
"""Bytes by which a driver may make a line longer than its pixels."""
GREEN, RED = (0, 180, 60), (200, 10, 20)


@dataclass
class Card:
    """One graphics card; its memory is a file."""

    file: Path
    sizes: list[tuple[int, int, int]]
    """Width, height, type of each mode of what is plugged in; nothing: not connected."""
    refuses: dict[type[Structure], int] = field(default_factory=dict)
    interrupted: int = 0
    """So many calls are interrupted by a signal first."""
    drives: int = 0
    """The controller that the console uses."""
    lit: kms.Crtc | None = None
    lit_connector: int = 0
    changed: list[tuple[int, int, int, int]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def ioctl(self, _: int, number: int, given: Structure) -> int:
        """Answer as the kernel does."""
        kind = type(given)
        assert number == kms.request(kind)
        if self.interrupted:
            self.interrupted -= 1
            raise InterruptedError
        self.asked.append(kind.__name__)
        if kind in self.refuses:
            raise OSError(self.refuses[kind], os.strerror(self.refuses[kind]))
        getattr(self, f"_{kind.__name__.lower()}")(given)
        return 0

    def _resources(self, given: kms.Resources) -> None:
        _fill(given.connectors_at, ctypes.c_uint32, given.connectors, [OTHER_SOCKET, HDMI])
        _fill(given.crtcs_at, ctypes.c_uint32, given.crtcs, [FIRST_CRTC, SECOND_CRTC])
        given.connectors = given.crtcs = 2

    def _connector(self, given: kms.Connector) -> None:
        if given.connector_id != HDMI or not self.sizes:
            given.connection, given.modes, given.encoders = 2, 0, 0
            return
        modes = [kms.Mode(width=w, height=h, type=kind) for w, h, kind in self.sizes]
        encoders = [FREE_ENCODER, ENCODER]
        _fill(given.modes_at, kms.Mode, given.modes, modes)
        _fill(given.encoders_at, ctypes.c_uint32, given.encoders, encoders)
        given.modes, given.encoders = len(modes), len(encoders)
        given.connection, given.encoder_id = kms.CONNECTED, ENCODER

    def _encoder(self, given: kms.Encoder) -> None:
        given.possible_crtcs, given.crtc_id = 0b10, 0
        if given.encoder_id == ENCODER:
            given.crtc_id = self.drives

    def _createdumb(self, given: kms.CreateDumb) -> None:
        given.handle, given.pitch = 7, given.width * 4 + LINE
        given.size = -(-given.pitch * given.height // 4096) * 4096
        os.truncate(self.file, given.size)

    def _buffer(self, given: kms.Buffer) -> None:
        assert (given.handle, given.bpp, given.depth) == (7, 32, 24)
        given.fb_id = 9

    def _mapdumb(self, given: kms.MapDumb) -> None:
        given.offset = 0

    def _crtc(self, given: kms.Crtc) -> None:
        assert (given.fb_id, given.mode_valid, given.connectors) == (9, 1, 1)
        self.lit = given
        self.lit_connector = ctypes.c_uint32.from_address(given.connectors_at).value

    def _dirty(self, given: kms.Dirty) -> None:
        clips = (kms.Clip * given.clips).from_address(given.clips_at)
        self.changed += [(clip.x1, clip.y1, clip.x2, clip.y2) for clip in clips]

    def pixel(self, x: int, y: int) -> tuple[int, int, int]:
        """Return red, green, blue as the controller reads them."""
        assert self.lit is not None
        at = y * (self.lit.mode.width * 4 + LINE) + x * 4
        blue, green, red, _ = self.file.read_bytes()[at : at + 4]
        return red, green, blue


def _fill(address: int, kind: type, room: int, values: list[object]) -> None:
    if room:
        (kind * room).from_address(address)[:] = values[:room]  # type: ignore[operator]


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Card:
    """A card with a panel of 800x480 at its second socket."""
    (tmp_path / "card0").touch()
    made = Card(tmp_path / "card0", [(640, 480, 0), (800, 480, kms.PREFERRED)])
    monkeypatch.setattr(fcntl, "ioctl", made.ioctl)
    return made


@pytest.fixture
def panel(card: Card, monkeypatch: pytest.MonkeyPatch) -> Iterator[Panel]:
    """The kiosk's panel on that card, not opened yet."""
    pygame.display.quit()
    monkeypatch.setenv("SDL_VIDEODRIVER", "evdev")
    monkeypatch.setattr(
        "kioskd.screens.panel.open_kms", lambda size: open_kms(size, card.file.parent)
    )
    made = Panel()
    yield made
    made.close()


def test_calls_are_the_kernels() -> None:
    """Number and size of each call are what the kernel's header makes of them."""
    assert {name: kms.request(kind) for name, (kind, _) in NUMBERS.items()} == {
        name: number for name, (_, number) in NUMBERS.items()
    }


def test_a_panel_is_lit_in_its_own_size(card: Card) -> None:
    """Without a wish the panel's preferred mode is taken, at the socket where it is."""
    lit = open_kms((0, 0), card.file.parent)
    assert lit.size == (800, 480)
    assert card.lit is not None and card.lit_connector == HDMI
    assert card.lit.crtc_id == SECOND_CRTC, "the first that the encoder can be driven by"
    lit.close()


def test_the_size_that_is_wanted_is_taken_if_the_panel_has_it(card: Card) -> None:
    """A size of kioskd.txt is lit; one that the panel lacks gives way to the panel's own."""
    for wanted, is_lit in (((640, 480), (640, 480)), ((1024, 600), (800, 480))):
        lit = open_kms(wanted, card.file.parent)
        assert lit.size == is_lit
        lit.close()


def test_the_controller_of_the_console_is_kept(card: Card) -> None:
    """What drives the panel already goes on: nothing flickers over to another controller."""
    card.drives = FIRST_CRTC
    open_kms((0, 0), card.file.parent).close()
    assert card.lit is not None and card.lit.crtc_id == FIRST_CRTC


@pytest.mark.parametrize(
    ("sizes", "refuses", "says"),
    [
        ([], {}, "no panel is connected"),
        ([(800, 480, 0)], {kms.Crtc: errno.EACCES}, "Permission denied"),
        ([(800, 480, 0)], {kms.Resources: errno.EOPNOTSUPP}, "not supported"),
    ],
)
def test_what_cannot_be_lit_says_why(
    card: Card, sizes: list[tuple[int, int, int]], refuses: dict[type[Structure], int], says: str
) -> None:
    """No panel, somebody else at it, a card that only computes: the reason is told."""
    card.sizes, card.refuses = sizes, refuses
    with pytest.raises(DeviceUnavailable, match=f"card0.*{says}"):
        open_kms((0, 0), card.file.parent)


def test_without_any_card_it_says_so(tmp_path: Path) -> None:
    """A board whose display driver is not loaded."""
    with pytest.raises(DeviceUnavailable, match="no display driver"):
        open_kms((0, 0), tmp_path)


def test_a_card_that_computes_is_passed_over(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a Raspberry Pi 4 one card draws and another has the sockets, in any order."""
    other = card.file.with_name("card1")
    other.touch()
    shows = Card(other, card.sizes)
    both = [Card(card.file, [], {kms.Resources: errno.EOPNOTSUPP}), shows]
    names = {one.file.stat().st_ino: one for one in both}
    monkeypatch.setattr(
        fcntl, "ioctl", lambda fd, *words: names[os.fstat(fd).st_ino].ioctl(fd, *words)
    )
    open_kms((0, 0), card.file.parent).close()
    assert shows.lit is not None


def test_a_signal_does_not_end_a_call(card: Card) -> None:
    """Calls that a signal interrupts are made again."""
    card.interrupted = 3
    open_kms((0, 0), card.file.parent).close()
    assert card.lit is not None


def test_what_is_drawn_is_what_the_controller_reads(card: Card, panel: Panel) -> None:
    """Every pixel with its colours, in lines that are longer than the picture."""
    surface = panel.open((0, 0), whole=True)
    assert surface.get_size() == (800, 480)
    surface.fill(GREEN)
    surface.fill(RED, (799, 479, 1, 1))
    panel.let_see()
    assert card.pixel(0, 0) == card.pixel(798, 479) == GREEN and card.pixel(799, 479) == RED
    assert card.changed == [(0, 0, 800, 480)]


def test_only_what_changed_is_copied(card: Card, panel: Panel) -> None:
    """A pressed button costs its own pixels; a place beyond the edge is cut to it."""
    surface = panel.open((0, 0), whole=True)
    surface.fill(RED)
    panel.let_see([(10, 20, 30, 40), (790, 470, 100, 100)])
    assert card.pixel(10, 20) == card.pixel(39, 59) == card.pixel(799, 479) == RED
    assert card.pixel(9, 20) == card.pixel(40, 59) == (0, 0, 0)
    assert card.changed == [(10, 20, 40, 60), (790, 470, 800, 480)]


def test_a_driver_that_needs_no_word_is_told_once(card: Card, panel: Panel) -> None:
    """A Raspberry Pi's reads the buffer by itself, and refuses to hear of it."""
    card.refuses = {kms.Dirty: errno.ENOSYS}
    panel.open((0, 0), whole=True)
    panel.let_see()
    panel.let_see()
    assert card.asked.count("Dirty") == 1


def test_a_panel_that_takes_nothing_is_a_device_that_is_not_there(card: Card, panel: Panel) -> None:
    """A picture that nobody sees must not look like one that everybody sees."""
    panel.open((0, 0), whole=True)
    card.refuses = {kms.Dirty: errno.EACCES}
    with pytest.raises(DeviceUnavailable, match="Permission denied"):
        panel.let_see()


def test_what_is_open_is_taken_over(panel: Panel) -> None:
    """The first picture and the stage draw on one panel, which is lit once."""
    assert panel.open((0, 0), whole=True) is panel.open((0, 0), whole=True)
