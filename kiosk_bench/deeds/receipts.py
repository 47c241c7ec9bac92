"""Deeds about the receipt printer's papers: printed again, elsewhere, judged by the centre."""

import sys

import trio

from kiosk_bench.config_file import write_config
from kiosk_bench.deeds.expecting import same, until, until_told
from kiosk_bench.deeds.parameters import Citizen, Number, Words
from kiosk_bench.deeds.registry import deed
from kiosk_bench.deeds.visits import log_in_by_card, open_service
from kiosk_bench.devices.escpos_render import Slip
from kiosk_bench.world import World

TITLES = {
    "缴费收据": "receipt",
    "缴款凭条": "slip",
    "存疑凭证": "voucher",
    "退款凭条": "give-back slip",
}
COPY = "副本"
OTHER_KIOSK = "K0124"


@deed("open receipts", "card-reader")
async def open_receipts(world: World, citizen: Citizen) -> None:
    """Log in by card and open the list of receipts."""
    await log_in_by_card(world, citizen)
    await open_service(world, "convenience", "reprint-receipts")
    await world.console.screen("my-receipts")


@deed("print newest receipt", "receipt-printer")
async def print_newest_receipt(world: World, *, slips: Number) -> None:
    """Print the newest receipt of the list and wait until so many slips have come out."""
    shown = await world.console.screen("my-receipts")
    receipts = sorted(button for button in shown.buttons if button.startswith("receipt-"))
    await world.console.tap("my-receipts", receipts[-1])
    await world.console.tap("my-receipts", "print")
    await world.console.wait_for(
        lambda shown: shown.screen == "receipt-printed" and "end" in shown.buttons,
        "the end of printing",
        60,
    )
    await expect_slips(world, slips)


@deed("expect slips", "receipt-printer")
async def expect_slips(world: World, count: Number) -> None:
    """So many slips have come out of the receipt printer."""
    await until(lambda: len(world.printer.slips) == count, f"{count} slips")


@deed("expect prints told")
async def expect_prints_told(world: World, printed: Words) -> None:
    """The centre has heard of these prints of receipts, in order: yes, no or unknown."""

    async def heard() -> list[str]:
        return [row["printed"] for row in await _prints(world)]

    await until_told(heard, printed, "what the centre has heard of prints")


@deed("expect prints at")
async def expect_prints_at(world: World, kiosks: Words) -> None:
    """The prints of receipts were made at these kiosks, in order."""
    same("kiosks that printed", [row["at_kiosk"] for row in await _prints(world)], kiosks)


async def _prints(world: World) -> list[dict[str, str]]:
    rows = (await world.centre.ledger())["prints"]
    return sorted(rows, key=lambda row: str(row["at"]))


@deed("expect papers", "receipt-printer")
async def expect_papers(world: World, papers: Words) -> None:
    """These papers came out: receipt, slip, voucher, give-back slip; "receipt copy 1" is marked.

    A receipt counts only if ``kiosk-central verify`` finds its code genuine.
    """
    same("papers", [await _told(slip) for slip in world.printer.slips], papers)


async def _told(slip: Slip) -> str:
    title = next(name for row in slip.rows for text, name in TITLES.items() if text == row)
    if title != "receipt":
        return title
    copies = [row for row in slip.rows if row.startswith(COPY)]
    marked = title + "".join(f" copy {row.split()[2]}" for row in copies)
    return marked if await _is_genuine(slip) else f"false {marked}"


async def _is_genuine(slip: Slip) -> bool:
    """Let ``kiosk-central verify`` judge the code on the paper, offline."""
    (code,) = slip.codes
    done = await trio.run_process(
        [sys.executable, "-m", "kiosk_central", "verify", code.decode("ascii", "replace")],
        capture_stdout=True,
        check=False,
    )
    return done.returncode == 0


@deed("become another kiosk", "power")
async def become_another_kiosk(world: World) -> None:
    """Put another kiosk in its place: its name and certificate, an empty disk, the same devices."""
    await world.kiosk.stop()
    disk = world.state_dir / "of-the-other"  # below the first, so it is searched for her data too
    overrides = world.settings.overrides
    overrides["kiosk"] = {"id": OTHER_KIOSK, "state_dir": str(disk)}
    overrides["central"] = world.centre.trust.settings(world.line.port, OTHER_KIOSK)
    write_config(world)
    for own in ("kiosk", "central"):
        del overrides[own]  # the story's own tables: another play begins as the first kiosk
    await world.start_kiosk()
