"""What the bench writes onto the rig's kiosk before each story: settings, identity, no journal.

Nothing is wiped while a payment of an earlier story is open.
"""

import io
import shlex
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk_bench.config_file import OUTLET, toml
from kiosk_bench.rig.commands import json_of
from kiosk_bench.trust import KIOSK_ID

if TYPE_CHECKING:
    from kiosk_bench.rig.world import RigWorld

CONFIG, CA, SEAL_CA, IDENTITY, STATE = "kioskd.toml", "ca.pem", "seal-ca.pem", "identity", "state"
NO_PORT = "/dev/kiosk/none"
"""A serial line that is not there: the kiosk says so and goes on."""
SETTLED = ("confirmed", "declined", "not_started", "reversed")


class StillOpen(Exception):
    """The kiosk's journal holds a payment that is not settled; the text names it."""


def tables(world: "RigWorld") -> dict[str, dict[str, Any]]:
    """Return the kiosk's whole configuration."""
    rig, folder = world.rig, world.rig.kiosk.folder
    found: dict[str, dict[str, Any]] = {
        "kiosk": {
            "id": KIOSK_ID,
            "outlet": OUTLET,
            "outlet_id": "first-hospital",
            "state_dir": f"{folder}/{STATE}",
            "production": False,
        },
        "central": {
            "url": f"https://127.0.0.1:{rig.centre.port}",
            "ca": f"{folder}/{CA}",
            "identity": f"{folder}/{IDENTITY}",
        },
        "pin_pad": {"port": rig.pin_pad.port if rig.pin_pad else NO_PORT},
        "id_reader": {"port": rig.id_reader.port if rig.id_reader else NO_PORT},
        "receipt_printer": {"port": rig.receipt_printer.port if rig.receipt_printer else NO_PORT},
        "screen": {
            "width_px": rig.kiosk.width_px,
            "height_px": rig.kiosk.height_px,
            "console": rig.kiosk.console,
        },
    }
    if rig.a4 is not None:
        found["document_printer"] = {"uri": rig.a4.uri, "seal_ca": f"{folder}/{SEAL_CA}"}
    if rig.cabinet is not None:
        pins = ("lamps", "presence", "door", "earphones")
        found["cabinet"] = {name: getattr(rig.cabinet, name) for name in pins}
    for more in (rig.kiosk.settings, world.settings.overrides):
        for table, keys in more.items():
            found[table] = {**found.get(table, {}), **keys}
    return found


async def install(world: "RigWorld") -> None:
    """Write it all; the service is stopped. Raises StillOpen, CommandFailed."""
    kiosk, folder = world.rig.kiosk, shlex.quote(world.rig.kiosk.folder)
    await _refuse_open_payments(world)
    await world.shell.run(
        f"rm -rf {folder}/{STATE} && mkdir -p {folder}/{STATE} && tar -x -C {folder} "
        f"&& chown -R {shlex.quote(kiosk.owner)} {folder}",
        stdin=_packed(await _files(world)),
    )


async def _refuse_open_payments(world: "RigWorld") -> None:
    there = f"{shlex.quote(world.rig.kiosk.folder)}/{STATE}"
    found = await world.shell.run(f"test -d {there} && ls -A {there} || true")
    if not found.strip():
        return
    for payment in await world.journal():
        if payment["state"] not in SETTLED:
            raise StillOpen(
                f"payment {payment['ref']} of an earlier story is {payment['state']}: let the "
                f"kiosk settle it, or settle it by hand and remove {there} on the kiosk"
            )


async def _files(world: "RigWorld") -> dict[str, bytes]:
    trust = world.centre.trust
    found = {
        CONFIG: toml(tables(world)).encode("utf-8"),
        CA: trust.ca.read_bytes(),
        SEAL_CA: (await world.centre.seal_ca()).encode("ascii"),
    }
    for file in trust.identity(KIOSK_ID).iterdir():
        found[f"{IDENTITY}/{file.name}"] = file.read_bytes()
    return found


def _packed(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o600
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


async def journal_of(world: "RigWorld") -> list[dict[str, Any]]:
    """Return the journal as the kiosk's own command gives it. Raises CommandFailed."""
    config = shlex.quote(f"{world.rig.kiosk.folder}/{CONFIG}")
    line = f"{world.rig.kiosk.program} journal show --json --config {config}"
    return json_of(world.shell.words(line), await world.shell.run(line), list[dict[str, Any]])


async def fetch_state(world: "RigWorld", to: Path) -> None:
    """Copy the kiosk's state, journal and all, into the evidence. Raises CommandFailed."""
    folder = shlex.quote(world.rig.kiosk.folder)
    packed = await world.shell.run(f"tar -c -C {folder} {STATE}")
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(to, filter="data")
