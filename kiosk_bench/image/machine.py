"""One emulated machine through all its starts: switched on, restarted, its plug pulled."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from subprocess import DEVNULL, Popen

import trio

from kiosk_bench.image.emulator import Emulator
from kiosk_bench.image.firmware import POWER_DOWN, Choice, choose, wants_trial
from kiosk_bench.image.hardware import Hardware
from kiosk_bench.image.qmp import Qmp
from kiosk_bench.image.serial_console import SerialConsole

LOOK_S = 0.05


class Machine:
    """The kiosk's machine. ``on`` gives one start of it; the disk is kept between them."""

    def __init__(self, emulator: Emulator, hardware: Hardware, folder: Path) -> None:
        self.hardware = hardware
        self.folder = folder
        self.starts = 0
        self.emulator = emulator
        self._trial_next = False
        folder.mkdir(parents=True, exist_ok=True)

    @asynccontextmanager
    async def on(self, more_words: str = "") -> AsyncIterator["Start"]:
        """Switch on as the firmware would; at the block's end the plug is pulled.

        ``more_words`` are added to the kernel's command line. Raises NotBootable.
        """
        self.starts += 1
        choice = await trio.to_thread.run_sync(
            partial(choose, self.hardware.disk, self.folder, trial=self._trial_next)
        )
        self._trial_next = False
        console = SerialConsole(self.folder / f"console-{self.starts:02d}.log")
        console.file.unlink(missing_ok=True)
        words = f"{self.hardware.more_words} {more_words}".strip()
        log = self.write_log(self.starts)
        if log is not None:
            log.write_bytes(b"")
        hardware = replace(self.hardware, more_words=words, write_log=log)
        command = hardware.words(choice, console.file)
        process = self._spawn(command)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(console.follow)
                with trio.fail_after(60):
                    qmp = await Qmp(self.hardware.socket("qmp")).__aenter__()
                yield Start(qmp, console, choice, process)
                nursery.cancel_scope.cancel()
        finally:
            process.kill()
            process.wait()
            said = console.file.read_text(encoding="utf-8", errors="replace")
            self._trial_next = wants_trial(said)

    def write_log(self, start: int) -> Path | None:
        """Return where the writes of a start are kept: QEMU begins a log anew each time."""
        log = self.hardware.write_log
        return None if log is None else log.with_stem(f"{log.stem}-{start:02d}")

    def write_logs(self) -> list[Path]:
        """Return the logs of all starts so far."""
        logs = map(self.write_log, range(1, self.starts + 1))
        return [log for log in logs if log is not None and log.exists()]

    def _spawn(self, words: list[str]) -> Popen[bytes]:
        # It dies with us: the kernel sees to that.
        command = ["setpriv", "--pdeathsig", "KILL", *self.emulator.words, *words]
        self.hardware.socket("qmp").unlink(missing_ok=True)
        with (self.folder / f"qemu-{self.starts:02d}.log").open("wb") as log:
            return Popen(
                command, stdin=DEVNULL, stdout=log, stderr=log, env=self.emulator.environment
            )


class Start:
    """One start of the machine."""

    def __init__(
        self, qmp: Qmp, console: SerialConsole, choice: Choice, process: Popen[bytes]
    ) -> None:
        self.qmp, self.console, self.choice = qmp, console, choice
        self._process = process

    @property
    def is_on(self) -> bool:
        return self._process.poll() is None

    def cut(self) -> None:
        """Pull the plug now: what is in the machine's memory is lost."""
        self._process.send_signal(signal.SIGKILL)

    async def wait_off(self, within_s: float) -> bool:
        """Wait until it restarts or switches itself off; return whether it wants to restart.

        Raises TooSlowError.
        """
        with trio.fail_after(within_s):
            while self.is_on:
                await trio.sleep(LOOK_S)
        said = self.console.file.read_text(encoding="utf-8", errors="replace")
        return POWER_DOWN.search(said) is None

    async def picture(self, file: Path, kind: str = "png") -> Path:
        """Save what is on the panel. Raises MachineGone."""
        await self.qmp.do("screendump", filename=str(file), format=kind)
        return file

    async def written_bytes(self) -> tuple[int, int]:
        """Return bytes written to the disk since switched on, and flushes. Raises MachineGone."""
        (stats,) = (one["stats"] for one in await self.qmp.do("query-blockstats"))
        return int(stats["wr_bytes"]), int(stats["flush_operations"])

    async def memory(self) -> tuple[int, dict[str, int]]:
        """Return when the guest's kernel last counted its memory, in seconds, and bytes.

        Its driver counts once when it is loaded, whether anybody asks or not. Raises MachineGone.
        """
        told = await self.qmp.do("qom-get", path=BALLOON, property="guest-stats")
        return int(told["last-update"]), dict(told["stats"])

    async def count_memory(self) -> None:
        """Have the guest tell its memory every two seconds. Raises MachineGone."""
        name = "guest-stats-polling-interval"
        await self.qmp.do("qom-set", path=BALLOON, property=name, value=2)


BALLOON = "/machine/peripheral/balloon"
