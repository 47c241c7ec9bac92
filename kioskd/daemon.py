"""The composition root: configuration -> objects -> nursery. The only file that knows everything.

Order of starting: the screen first, so that somebody sees life; then the devices and the journal;
then recovery of open payments, which greys paying until it has decided; then visitors.
"""

import signal
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial

import trio

from kioskd import log
from kioskd.assembly import assemble
from kioskd.config import Config
from kioskd.domain.text import Text
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.flows.cabinet_guard import guard_cabinet
from kioskd.flows.kiosk import Kiosk
from kioskd.flows.session import serve_visitors
from kioskd.pinyin import Pinyin
from kioskd.relay.client import CentralClient
from kioskd.relay.region_copy import SeenPack
from kioskd.relay.region_keeper import RegionKeeper
from kioskd.screens.console import ScreenConsole
from kioskd.screens.frame import FrameFacts
from kioskd.screens.out_of_service import OutOfService
from kioskd.screens.stage import PygameStage
from kioskd.sdnotify import feed_watchdog, notify
from kioskd.supervise import supervise
from kioskd.technician.why import said

TITLE = Text("人力资源和社会保障自助服务终端", "Human Resources and Social Security Terminal")
"""Until the centre has once said which city this is."""
REGION_INTERVAL_S = 5.0


async def run(config: Config) -> bool:
    """Run the kiosk until SIGTERM or SIGINT; a payment under way is finished first.

    Returns whether it shall be started anew: an operator has asked for it.
    """
    again = _Again()
    with ExitStack() as at_last:
        await _run_until_stopped(config, at_last, again)
    return again.wanted


@dataclass(slots=True)
class _Again:
    """Whether the program shall be started anew when it has ended."""

    wanted: bool = False


async def _run_until_stopped(config: Config, at_last: ExitStack, again: _Again) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_stop_on_signal, nursery.cancel_scope)
        stage = PygameStage(config.screen, FrameFacts(TITLE, config.kiosk.outlet, ()))
        await nursery.start(_show, stage, nursery.cancel_scope)
        if config.screen.console:
            console = ScreenConsole(stage, config.screen.console)
            nursery.start_soon(supervise, "console", console.run)
        notify("READY=1")
        nursery.start_soon(feed_watchdog, lambda: stage.last_tick)

        def restart() -> None:
            again.wanted = True
            nursery.cancel_scope.cancel()

        await _run_behind(config, stage, nursery, at_last, restart)


async def _show(
    stage: PygameStage,
    everything: trio.CancelScope,
    *,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Run the stage; when its window is closed the kiosk ends."""
    await stage.run(task_status)
    everything.cancel()


async def _stop_on_signal(everything: trio.CancelScope) -> None:
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for number in signals:
            log.event("kiosk.stopping", signal=signal.Signals(number).name)
            notify("STOPPING=1")
            everything.cancel()
            return


async def _run_behind(
    config: Config,
    stage: PygameStage,
    nursery: trio.Nursery,
    at_last: ExitStack,
    restart: Callable[[], None],
) -> None:
    """Start everything behind the screen and serve visitors."""
    made = assemble(config, stage, at_last, restart)
    stage.reader = made.hardware.reading
    for name, part in made.parts().items():
        nursery.start_soon(supervise, name, part, name=name)
    seen = await _region(made.keeper, stage, made.central)
    nursery.start_soon(supervise, "region", made.keeper.run, name="region")
    kiosk = made.kiosk(seen)
    nursery.start_soon(supervise, "cabinet_guard", partial(guard_cabinet, kiosk))
    newest = partial(_with_newest_pack, kiosk, stage, made.keeper, seen)
    await supervise("visitors", partial(serve_visitors, newest))


def _with_newest_pack(
    kiosk: Kiosk, stage: PygameStage, keeper: RegionKeeper, first: SeenPack
) -> Kiosk:
    """Return the kiosk with the newest region pack, which the frame shows from now on."""
    newest = keeper.seen or first
    pack = newest.pack
    stage.facts = FrameFacts(pack.title, stage.facts.outlet, pack.hotlines)
    pinyin = kiosk.pinyin if pack is first.pack else Pinyin.for_region(pack.phrases)
    return replace(kiosk, region=pack, region_seen_on=newest.confirmed_on, pinyin=pinyin)


async def _region(keeper: RegionKeeper, stage: PygameStage, central: CentralClient) -> SeenPack:
    """Return the centre's region pack, or the kept one while the centre cannot be reached."""
    while True:
        seen = await keeper.begin()
        if seen is not None:
            return seen
        trouble = central.trouble or keeper.trouble
        trouble = trouble or Trouble(TroubleReason.CENTRE_UNREACHABLE, "S-01")
        async with stage.follow(_out_of_service(trouble)):
            await trio.sleep(REGION_INTERVAL_S)


def _out_of_service(trouble: Trouble) -> OutOfService:
    """Return the screen; of a kiosk that is not enrolled it says what provisioning found."""
    notice = said() if trouble.reason is TroubleReason.IDENTITY_NONE else None
    if notice is None:
        return OutOfService(trouble)
    return OutOfService(replace(trouble, code=notice.code), (notice.reason, notice.next_step))
