"""haproxy with the configuration that ships: only places are put in, each found there once."""

import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import requests

from kiosk_central.trust.ca import CA_FILE, SERVER_FILE, SERVER_KEY_FILE
from tools.load.badges import ca_of
from tools.load.pair import HOST, free_port

SHIPPED = Path(__file__).parents[2] / "systemd" / "haproxy.cfg"
DEBIANS = "/usr/sbin/haproxy"
START_S, PAUSE_S = 20.0, 0.1
COPIES = {"a": 8471, "b": 8472}
"""The copies' ports in the file that ships."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A running haproxy."""

    kiosks: str
    """Where kiosks call, with their certificates."""
    public: str
    """Where staff and citizens call."""


def program() -> str | None:
    """Return haproxy; None if it is not installed."""
    return shutil.which("haproxy") or (DEBIANS if Path(DEBIANS).exists() else None)


@contextmanager
def proxying(folder: Path, trust: Path, copies: Mapping[str, int]) -> Iterator[Proxy]:
    """Start haproxy before copies on these ports; it is gone in the end."""
    found = program()
    assert found is not None, "looked before"
    ports = free_port(), free_port()
    file = folder / "haproxy.cfg"
    file.write_text(configuration(folder, ports, copies), encoding="utf-8")
    pair = (trust / SERVER_FILE).read_bytes() + (trust / SERVER_KEY_FILE).read_bytes()
    for name in ("centre.pem", "public.pem"):
        (folder / name).write_bytes(pair)
    shutil.copyfile(trust / CA_FILE, folder / "kiosk-ca.pem")
    subprocess.run([found, "-c", "-q", "-f", str(file)], check=True)
    kiosks, public = (f"https://{HOST}:{port}" for port in ports)
    # In the foreground it is one process: -W would leave a worker behind when it is killed.
    with subprocess.Popen([found, "-db", "-f", str(file)]) as process:
        try:
            await_answer(kiosks, trust)
            yield Proxy(kiosks, public)
        finally:
            process.kill()


def configuration(folder: Path, ports: tuple[int, int], copies: Mapping[str, int]) -> str:
    """Return the file that ships, for this folder, these ports, and whoever runs it."""
    text = SHIPPED.read_text(encoding="utf-8")
    places = {
        "    user haproxy\n    group haproxy\n": "",
        "    maxconn 20000\n": "    maxconn 200\n",
        "bind :8470 ": f"bind {HOST}:{ports[0]} ",
        "bind :443 ": f"bind {HOST}:{ports[1]} ",
        " /etc/haproxy/centre.pem": f" {folder}/centre.pem",
        " /etc/haproxy/public.pem": f" {folder}/public.pem",
        " /etc/haproxy/kiosk-ca.pem": f" {folder}/kiosk-ca.pem",
    }
    for name, port in COPIES.items():
        places[f"server {name} {HOST}:{port}\n"] = f"server {name} {HOST}:{copies[name]}\n"
    for shipped, here in places.items():
        assert text.count(shipped) == 1, f"{shipped!r} stands once in {SHIPPED}"
        text = text.replace(shipped, here)
    return text


def await_answer(url: str, trust: Path) -> None:
    """Wait until a copy answers through the proxy."""
    until = time.monotonic() + START_S
    with requests.Session() as session:
        session.trust_env = False
        session.verify = ca_of(trust)
        while time.monotonic() < until:
            with suppress(requests.RequestException):
                if session.get(f"{url}/healthz", timeout=2).status_code == 204:
                    return
            time.sleep(PAUSE_S)
    raise TimeoutError(f"nothing answers at {url}")
