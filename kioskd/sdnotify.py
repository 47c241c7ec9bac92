"""Tell systemd READY, STATUS and WATCHDOG (sd_notify(3)); without systemd it says nothing."""

import os
import socket
from collections.abc import Callable

import trio

WATCHDOG_SHARE = 3
"""Feed three times within the time systemd allows."""


def notify(message: str) -> None:
    """Send one message to the service manager, if there is one."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        sender.sendto(message.encode(), address)


def watchdog_limit_s() -> float | None:
    """Return the seconds systemd waits for a sign of life, or None if it does not watch."""
    limit_us = os.environ.get("WATCHDOG_USEC")
    return int(limit_us) / 1e6 if limit_us else None


async def feed_watchdog(last_tick: Callable[[], float]) -> None:
    """Feed the watchdog for as long as the stage ticks; trio running this is the supervisor's tick.

    ``last_tick`` gives trio's time of the stage's latest turn. A stage that stopped is not fed
    for, so systemd restarts the program.
    """
    limit_s = watchdog_limit_s()
    if limit_s is None:
        return
    while True:
        if trio.current_time() - last_tick() < limit_s / WATCHDOG_SHARE:
            notify("WATCHDOG=1")
        await trio.sleep(limit_s / WATCHDOG_SHARE)
