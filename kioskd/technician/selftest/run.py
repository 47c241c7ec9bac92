"""Run the parts of a kiosk whose program is stopped, look at each, and try what can be tried."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final

import trio

from kioskd.config import Config
from kioskd.domain.document import GenuinePages
from kioskd.domain.selftest import Finding
from kioskd.drivers.alignment_page import alignment_page
from kioskd.errors import JournalDamaged
from kioskd.flows.technician.devices import Devices
from kioskd.flows.technician.parts import PARTS, UNATTENDED, Part
from kioskd.hardware import Hardware, fitted
from kioskd.health import HealthBoard
from kioskd.payments.audit import read_payments
from kioskd.payments.states import OPEN
from kioskd.relay.client import CentralClient
from kioskd.supervise import supervise
from kioskd.technician.selftest.terminal import AtTerminal, Nobody

SETTLE_S: Final = 12.0
"""Devices are found, opened and logged on to; whatever is still in trouble then is in trouble."""


After = Callable[[Devices, tuple[Finding, ...]], Awaitable[None]]


async def nothing_more(_devices: Devices, _findings: tuple[Finding, ...]) -> None:
    """Leave it at that."""
    await trio.lowlevel.checkpoint()


async def self_test(
    config: Config,
    hands: AtTerminal | None,
    after: After = nothing_more,
    settle_s: float = SETTLE_S,
) -> tuple[Finding, ...]:
    """Return what is found. Without ``hands`` only what needs neither eyes nor hands is tried.

    ``after`` is done with what was found while the devices still run.
    """
    state = Path(config.kiosk.state_dir)
    hardware, central = fitted(config, state), CentralClient(config.central, config.kiosk.id)
    health = HealthBoard({**hardware.troubles(), "central": lambda: central.trouble})
    devices = _devices(config, hardware, central, health)
    async with trio.open_nursery() as nursery:
        for name, part in {**hardware.parts(), "central": central.run}.items():
            nursery.start_soon(supervise, name, part, name=name)
        await _settled(health, settle_s)
        findings = [await _tested(part, devices, hands) for part in PARTS]
        await after(devices, tuple(findings))
        nursery.cancel_scope.cancel()
    return tuple(findings)


def _devices(
    config: Config, hardware: Hardware, central: CentralClient, health: HealthBoard
) -> Devices:
    def page() -> GenuinePages:
        papers = config.document_printer
        pdf = alignment_page(papers.uri, papers.offset_x_mm10, papers.offset_y_mm10)
        return GenuinePages("alignment", 1, pdf)

    return Devices(
        hardware.cards,
        hardware.id_reader,
        hardware.pin_pad,
        hardware.receipt_printer,
        hardware.a4_printer,
        hardware.cabinet,
        hardware.voice,
        central,
        trio.Lock(),
        partial(_in_doubt, Path(config.kiosk.state_dir) / "journal.db"),
        health.all,
        page,
    )


def _in_doubt(journal: Path) -> bool:
    """Tell whether the journal holds a payment that only the PIN pad can tell of."""
    try:
        return journal.exists() and any(one.state in OPEN for one in read_payments(journal))
    except JournalDamaged:
        return True


async def _settled(health: HealthBoard, settle_s: float) -> None:
    """Wait until every part is well, or long enough."""
    with trio.move_on_after(settle_s):
        while health.troubles():
            await health.changed()


async def _tested(part: Part, devices: Devices, hands: AtTerminal | None) -> Finding:
    found = await part.look(devices)
    if not found.fitted:
        return found
    for deed in part.deeds:
        if hands is not None:
            found = await part.try_it(devices, hands, found, deed)
        elif deed in UNATTENDED:
            found = await part.try_it(devices, Nobody(), found, deed)
    return await part.look(devices, found)
