"""Loads a program once and forks a child for each of its lives.

A program of its own (``python -m kiosk_bench.launcher kioskd 5``; 5 is a socket), so that
the shipped program runs as it ships and still starts in a hundredth of a second. The program is
named at run time: the workbench imports neither kiosk nor centre. A child gets, before the
program begins, what only a proof may have: points to be killed at, and a planted fault.
"""

import gc
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from kiosk_bench.money import points

ORDER_MAX: Final = 1 << 16
LOADS: Final = {
    "kioskd": ("kioskd.cli", "kioskd.commands.run", "kioskd.daemon", "kioskd.screens.splash"),
    "kiosk_central": ("kiosk_central.cli",),
}
"""A program's command line, and what it would otherwise load in each life."""


def main(words: list[str]) -> int:
    """Load the program, then obey orders until the socket is closed; the exit code of a life."""
    program, descriptor = words
    modules = [import_module(name) for name in LOADS[program]]
    command: Callable[[list[str]], int] = modules[0].main
    orders = socket.socket(fileno=int(descriptor))
    assert threading.active_count() == 1, "a fork takes no other thread along"
    gc.collect()
    gc.freeze()  # pages that no child's collector touches stay shared
    orders.send(b"{}")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who gives the orders ends us all
    lives: set[int] = set()
    while message := orders.recv(ORDER_MAX):
        order = json.loads(message)
        if "wait" in order:
            _, status, used = os.wait4(order["wait"], 0)
            lives.discard(order["wait"])
            end = {
                "code": os.waitstatus_to_exitcode(status),
                "cpu_s": used.ru_utime + used.ru_stime,
            }
            orders.send(json.dumps(end).encode())
            continue
        pid = os.fork()
        if pid == 0:
            orders.close()
            return _live(command, order)
        lives.add(pid)
        handle = os.pidfd_open(pid)
        socket.send_fds(orders, [json.dumps({"pid": pid}).encode()], [handle])
        os.close(handle)
    for pid in lives:
        os.kill(pid, signal.SIGKILL)
    return 0


def _live(command: Callable[[list[str]], int], order: dict[str, Any]) -> int:
    """Be the program, with the output, the environment and the mischief that were ordered."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    output = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for standard in (1, 2):
        os.dup2(output, standard)
    os.environ.update(order["env"])
    if order["points"]:
        points.install(order["points"], order["kill"], order["state"])
    if order["plant"]:
        module, _, name = order["plant"].partition(":")
        getattr(import_module(module), name)()
    return int(command(order["words"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
