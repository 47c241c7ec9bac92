"""The panel as the kernel has it (KMS): a buffer of pixels that a display controller reads.

No GPU and no library lies between: the kiosk's pictures are drawn by the CPU anyway. Whoever opens
the card first owns it. Source: Linux documentation, "Kernel Mode Setting", dumb buffers.
"""

import errno
import mmap
import os
from collections.abc import Sequence
from pathlib import Path

from kioskd.errors import DeviceUnavailable
from kioskd.screens import kms_calls as kms

CARDS = Path("/dev/dri")
BITS, DEPTH = 32, 24
"""XRGB8888: blue, green, red and a byte that is not looked at. Every driver has it."""
Size = tuple[int, int]
Place = tuple[int, int, int, int]
"""Left, top, width, height in pixels."""


class KmsPanel:
    """The panel, lit, and its pixels, black at first."""

    def __init__(self, card: int, connector: kms.Connector, crtc_id: int, mode: kms.Mode) -> None:
        """Raises OSError: somebody else has the panel, or the driver lacks memory."""
        self._card = card
        self.size: Size = (mode.width, mode.height)
        size = {"width": mode.width, "height": mode.height, "bpp": BITS}
        made = kms.ask(card, kms.CreateDumb(**size))
        self.pitch: int = made.pitch
        """Bytes from one line to the next."""
        picture = kms.Buffer(**size, pitch=made.pitch, depth=DEPTH, handle=made.handle)
        self._fb_id: int = kms.ask(card, picture).fb_id
        where = kms.ask(card, kms.MapDumb(handle=made.handle)).offset
        self.pixels = mmap.mmap(card, made.size, offset=where)
        socket = kms.numbers(connector.connector_id)
        kms.ask(card, kms.Crtc(
            connectors_at=kms.address(socket), connectors=1, crtc_id=crtc_id,
            fb_id=self._fb_id, mode_valid=1, mode=mode,
        ))  # fmt: skip
        self._reads_by_itself = False

    def has_changed(self, places: Sequence[Place]) -> None:
        """Say which pixels are new: some drivers copy them on.

        Raises DeviceUnavailable("screen"): the panel does not take them.
        """
        if self._reads_by_itself:
            return
        clips = (kms.Clip * len(places))(*(kms.Clip(x, y, x + w, y + h) for x, y, w, h in places))
        told = kms.Dirty(fb_id=self._fb_id, clips=len(places), clips_at=kms.address(clips))
        try:
            kms.ask(self._card, told)
        except OSError as refused:
            if refused.errno != errno.ENOSYS:
                raise DeviceUnavailable("screen", str(refused)) from refused
            self._reads_by_itself = True

    def close(self) -> None:
        """Let go of the panel: the kernel shows its console there again."""
        os.close(self._card)


def open_kms(wanted: Size, cards: Path = CARDS) -> KmsPanel:
    """Light the first panel that is connected, in the size that is wanted or else in its own.

    Raises DeviceUnavailable("screen").
    """
    refusals = []
    for file in sorted(cards.glob("card*")):
        try:
            card = os.open(file, os.O_RDWR | os.O_CLOEXEC)
        except OSError as refused:
            refusals.append(str(refused))
            continue
        try:
            return _lit(card, wanted)
        except OSError as refused:
            refusals.append(f"{file.name}: {refused.strerror}")
            os.close(card)
    raise DeviceUnavailable("screen", "; ".join(refusals) or f"no display driver at {cards}")


def _lit(card: int, wanted: Size) -> KmsPanel:
    """Raises OSError: ENODEV where nothing is connected."""
    connectors, crtcs = _parts(card)
    for number in connectors:
        connector, modes, encoders = _connector(card, number)
        if connector.connection == kms.CONNECTED and modes:
            crtc = _crtc(card, encoders, crtcs)
            if crtc is not None:
                return KmsPanel(card, connector, crtc, _mode(modes, wanted))
    raise OSError(errno.ENODEV, "no panel is connected")


def _parts(card: int) -> tuple[list[int], list[int]]:
    """Return the numbers of the card's connectors and controllers."""
    had = kms.ask(card, kms.Resources())
    connectors, crtcs = kms.room(had.connectors), kms.room(had.crtcs)
    kms.ask(card, kms.Resources(
        connectors=had.connectors, connectors_at=kms.address(connectors),
        crtcs=had.crtcs, crtcs_at=kms.address(crtcs),
    ))  # fmt: skip
    return list(connectors), list(crtcs)


def _connector(card: int, number: int) -> tuple[kms.Connector, list[kms.Mode], list[int]]:
    """Return a connector, the modes of what is plugged in, and what may drive it, best first."""
    had = kms.ask(card, kms.Connector(connector_id=number))
    modes, encoders = (kms.Mode * had.modes)(), kms.room(had.encoders)
    told = kms.ask(card, kms.Connector(
        connector_id=number,
        modes=had.modes, modes_at=kms.address(modes),
        encoders=had.encoders, encoders_at=kms.address(encoders),
    ))  # fmt: skip
    return told, list(modes), sorted(encoders, key=lambda one: one != told.encoder_id)


def _crtc(card: int, encoders: Sequence[int], crtcs: Sequence[int]) -> int | None:
    """Return the controller that drives this connector now, or the first that may."""
    for number in encoders:
        encoder = kms.ask(card, kms.Encoder(encoder_id=number))
        may = [crtc for bit, crtc in enumerate(crtcs) if encoder.possible_crtcs >> bit & 1]
        if encoder.crtc_id or may:
            return int(encoder.crtc_id or may[0])
    return None


def _mode(modes: Sequence[kms.Mode], wanted: Size) -> kms.Mode:
    def fits(mode: kms.Mode) -> tuple[bool, bool]:
        return (mode.width, mode.height) == wanted, bool(mode.type & kms.PREFERRED)

    return max(modes, key=fits)  # the first of the best: kernels list a size's best timing first
