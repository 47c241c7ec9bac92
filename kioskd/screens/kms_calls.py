"""Calls of the kernel's display interface (KMS) that a picture drawn by the CPU needs.

Names and layouts are those of Linux ``include/uapi/drm/drm_mode.h``, without the prefix
``drm_mode_``; they are the same on every architecture.
"""

import ctypes
import fcntl
from ctypes import Structure, c_char, c_uint16, c_uint32, c_uint64
from typing import Any, TypeVar

CONNECTED = 1
PREFERRED = 1 << 3
"""In ``Mode.type``: the panel's own."""


class Mode(Structure):
    """``modeinfo``: a size and its timing."""

    _fields_ = (
        ("clock", c_uint32),
        *((name, c_uint16) for name in ("width", "hsync_start", "hsync_end", "htotal", "hskew")),
        *((name, c_uint16) for name in ("height", "vsync_start", "vsync_end", "vtotal", "vscan")),
        *((name, c_uint32) for name in ("vrefresh", "flags", "type")),
        ("name", c_char * 32),
    )


class Resources(Structure):
    """``card_res``: what a card has, by number."""

    _fields_ = (
        *((f"{name}_at", c_uint64) for name in ("fbs", "crtcs", "connectors", "encoders")),
        *((name, c_uint32) for name in ("fbs", "crtcs", "connectors", "encoders")),
        *((name, c_uint32) for name in ("min_width", "max_width", "min_height", "max_height")),
    )


class Connector(Structure):
    """``get_connector``: a socket, and what is plugged in."""

    _fields_ = (
        *((f"{name}_at", c_uint64) for name in ("encoders", "modes", "props", "prop_values")),
        *((name, c_uint32) for name in ("modes", "props", "encoders", "encoder_id")),
        *((name, c_uint32) for name in ("connector_id", "connector_type", "connector_type_id")),
        *((name, c_uint32) for name in ("connection", "mm_width", "mm_height", "subpixel", "pad")),
    )


class Encoder(Structure):
    """``get_encoder``: what lies between a controller (CRTC) and a socket."""

    _fields_ = tuple(
        (name, c_uint32)
        for name in ("encoder_id", "encoder_type", "crtc_id", "possible_crtcs", "possible_clones")
    )


class Crtc(Structure):
    """``crtc``: which buffer a controller reads, in which mode, to which sockets."""

    _fields_ = (
        ("connectors_at", c_uint64),
        *((name, c_uint32) for name in ("connectors", "crtc_id", "fb_id", "x", "y")),
        *((name, c_uint32) for name in ("gamma_size", "mode_valid")),
        ("mode", Mode),
    )


class Buffer(Structure):
    """``fb_cmd``: a buffer as a picture."""

    _fields_ = tuple(
        (name, c_uint32) for name in ("fb_id", "width", "height", "pitch", "bpp", "depth", "handle")
    )


class CreateDumb(Structure):
    """``create_dumb``: a buffer of plain memory, which the CPU may write to."""

    _fields_ = (
        *((name, c_uint32) for name in ("height", "width", "bpp", "flags", "handle", "pitch")),
        ("size", c_uint64),
    )


class MapDumb(Structure):
    """``map_dumb``: where to map it."""

    _fields_ = (("handle", c_uint32), ("pad", c_uint32), ("offset", c_uint64))


class Clip(Structure):
    """``drm_clip_rect``: a place in a picture, from its first to behind its last pixel."""

    _fields_ = tuple((name, c_uint16) for name in ("x1", "y1", "x2", "y2"))


class Dirty(Structure):
    """``fb_dirty_cmd``: which places of a picture have changed."""

    _fields_ = (
        *((name, c_uint32) for name in ("fb_id", "flags", "color", "clips")),
        ("clips_at", c_uint64),
    )


def numbers(*values: int) -> "ctypes.Array[c_uint32]":
    """Return numbers as the kernel reads them."""
    return (c_uint32 * len(values))(*values)


def room(count: int) -> "ctypes.Array[c_uint32]":
    """Return room for so many numbers."""
    return (c_uint32 * count)()


def address(thing: "Structure | ctypes.Array[Any]") -> int:
    """Return where something is that the kernel reads or fills in; keep it until it has."""
    return ctypes.addressof(thing)


NUMBERS: dict[type[Structure], int] = {
    Resources: 0xA0, Crtc: 0xA2, Encoder: 0xA6, Connector: 0xA7,
    Buffer: 0xAE, Dirty: 0xB1, CreateDumb: 0xB2, MapDumb: 0xB3,
}  # fmt: skip
S = TypeVar("S", bound=Structure)


def request(kind: type[Structure]) -> int:
    """Return the number of a call: ``_IOWR('d', number, size)``."""
    return 3 << 30 | ctypes.sizeof(kind) << 16 | ord("d") << 8 | NUMBERS[kind]


def ask(card: int, given: S) -> S:
    """Call; return the same structure, filled in. Raises OSError."""
    while True:
        try:
            fcntl.ioctl(card, request(type(given)), given)
        except InterruptedError:
            continue  # a signal came, and Python's own calls alone are repeated by themselves
        return given
