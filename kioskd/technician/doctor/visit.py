"""One visit of the doctor: every check beside the others, each with a limit of its own.

A check that does not come back becomes a line that says so; the others are not kept waiting.
"""

import struct
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import trio

from kioskd.domain.diagnosis import Finding, Line, State, unknown
from kioskd.errors import KioskError
from kioskd.technician.doctor import board, clock, devices, disk, money, network, system
from kioskd.technician.doctor.view import View

Check = Callable[[View], Finding]

CHECKS: Final[Mapping[str, Check]] = {
    "kiosk": system.kiosk,
    "configuration": system.configuration,
    "provisioning": system.provisioning,
    "power": board.power,
    "temperature": board.temperature,
    "memory": board.memory,
    "last_start": board.last_start,
    "card": disk.card,
    "file_systems": disk.file_systems,
    "data_partition": disk.data_partition,
    "write_speed": disk.write_speed,
    "room": disk.room,
    "clock": clock.clock,
    "network": network.network,
    "name_service": network.name_service,
    "pinned_ca": network.pinned_ca,
    "centre_certificate": network.centre_certificate,
    "own_certificate": network.own_certificate,
    "centre": network.centre,
    "card_reader": devices.card_reader,
    "id_reader": devices.id_reader,
    "pin_pad": devices.pin_pad,
    "receipt_printer": devices.receipt_printer,
    "receipt_paper": devices.receipt_paper,
    "document_printer": devices.document_printer,
    "seal": devices.seal,
    "other_parts": devices.other_parts,
    "journal": money.journal,
    "money": money.money,
    "region_pack": money.region_pack,
    "slot": system.slot,
    "fonts": system.fonts,
    "units": system.units,
    "usb": system.usb,
}
LIMIT_S: Final = 30.0
EXIT_CODES: Final = {State.GOOD: 0, State.WRONG: 1, State.UNKNOWN: 2}


def visit(
    view: View, checks: Mapping[str, Check] = CHECKS, limit_s: float = LIMIT_S
) -> tuple[Line, ...]:
    """Run every check and return the lines in the order of the checks."""
    return trio.run(visit_in_time, view, checks, limit_s)


async def visit_in_time(
    view: View, checks: Mapping[str, Check] = CHECKS, limit_s: float = LIMIT_S
) -> tuple[Line, ...]:
    """Do as ``visit`` where trio runs already: in the kiosk itself."""
    found = {name: unknown("took_too_long", limit_s=limit_s) for name in checks}

    async def look(name: str, check: Check) -> None:
        with trio.move_on_after(limit_s):
            found[name] = await trio.to_thread.run_sync(
                partial(_looked, check, view), abandon_on_cancel=True
            )

    async with trio.open_nursery() as nursery:
        for name, check in checks.items():
            nursery.start_soon(look, name, check)
    return tuple(Line(name, finding) for name, finding in found.items())


def _looked(check: Check, view: View) -> Finding:
    """Do one check; one that meets a machine unlike any it knows costs its own line alone."""
    try:
        return check(view)
    except (OSError, ValueError, LookupError, TypeError, struct.error, KioskError) as odd:
        return unknown("check_failed", reason=type(odd).__name__)
