"""``kioskd identify``: which USB socket holds which device, and what to write into kioskd.txt.

``--watch`` asks for one device after the other to be plugged in, for no socket has a number on it.
Exit code 1: a device is refused, or one that was asked for did not come.
"""

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path

from kioskd.screens.words import Words, language_of_caller
from kioskd.technician.sockets import Kind, Plugged, plugged_in, refused
from kioskd.technician.watch_sockets import ROLES, LookAtSockets, wait_for

WAIT_S = 120.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add watching, and another machine's tree."""
    parser.add_argument("--watch", action="store_true", help="ask for each device, say its socket")
    parser.add_argument("--only", choices=ROLES, help="with --watch: ask for this device alone")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--root", type=Path, default=Path("/"), help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    """List, or ask."""
    words = Words(language_of_caller())
    if options.watch:
        roles = (options.only,) if options.only else ROLES
        return ask_for_each(words, roles, lambda: plugged_in(options.root))
    found = plugged_in(options.root)
    if options.json:
        print(json.dumps([as_json(one) for one in found], ensure_ascii=False, indent=2))
    else:
        for one in found:
            print(as_line(words, one))
        print(words("identify.how") if found else words("identify.none"))
    return 1 if refused(found) else 0


def as_line(words: Words, one: Plugged) -> str:
    """Return a device on one line, with what to write where it is a serial one."""
    ports = [line.port_name(one.port) for line in one.lines] or [one.port]
    known = "  ".join(filter(None, (one.usb_id, one.name, one.serial)))
    told = f"{', '.join(ports):<14} {words(f'identify.{one.kind.value}')}  {known}"
    if not one.let_in:
        return f"{told}  [{words('identify.refused')}]"
    if one.roles:
        return f"{told}  = {', '.join(one.roles)}"
    return f"{told}  [{words('identify.no_role')}]" if one.kind is Kind.SERIAL else told


def as_json(one: Plugged) -> dict[str, object]:
    """Return a device for programs."""
    ports = [line.port_name(one.port) for line in one.lines]
    return asdict(one) | {"kind": one.kind.value, "write": ports}


def ask_for_each(words: Words, roles: tuple[str, ...], look: LookAtSockets) -> int:
    """Ask for one device after the other, and say the line of kioskd.txt for each."""
    missing = False
    for role in roles:
        print(words("identify.plug_in", device=words(f"identify.{role}")), flush=True)
        came = wait_for(look, time.monotonic, time.sleep, WAIT_S)
        if came is None:
            print(words("identify.did_not_come"), flush=True)
        elif not came.let_in:
            print(as_line(words, came), flush=True)
        else:
            print(f"  {role} = {came.lines[0].port_name(came.port)}", flush=True)
        missing = missing or came is None or not came.let_in
    return 1 if missing else 0
