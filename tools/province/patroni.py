"""Three nodes of etcd and Patroni with the file that ships, on loopback in a private folder.

For Debian's packages ``patroni``, ``etcd-server`` and ``python3-etcd``, which ``make setup`` does
not bring. As root they run as an unprivileged user, as PostgreSQL must.
"""

import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg

from tools.load.pair import DATABASE, HOST, MEMORY, SUPERUSER, USER, free_port, programs

SHIPPED = Path(__file__).parents[2] / "systemd" / "patroni.yml"
NAMES = ("s1", "s2", "s3")
PASSWORD = "another one"  # noqa: S105 - the one in the file that ships
START_S, PAUSE_S = 120.0, 0.5


def installed() -> bool:
    """Tell whether both programs are there."""
    return shutil.which("patroni") is not None and shutil.which("etcd") is not None


@dataclass(frozen=True, slots=True)
class Node:
    """The ports of one machine."""

    name: str
    folder: Path
    etcd: int
    peers: int
    api: int
    postgres: int


@dataclass(slots=True)
class Patroni:
    """The three of them, running."""

    nodes: dict[str, Node]
    _running: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The centre's URL: whichever node may be written to."""
        hosts = "&".join(f"host={HOST}:{node.postgres}" for node in self.nodes.values())
        about = "target_session_attrs=read-write&connect_timeout=2"
        return f"postgresql+psycopg://{SUPERUSER}:{quote(PASSWORD)}@/{DATABASE}?{hosts}&{about}"

    def members(self) -> dict[str, str]:
        """Return the role of each node as Patroni tells it; empty while nobody answers."""
        for node in self.nodes.values():
            with (
                suppress(OSError),
                urllib.request.urlopen(f"http://{HOST}:{node.api}/cluster", timeout=2) as answer,
            ):
                found = json.load(answer)["members"]
                return {one["name"]: one["role"] for one in found if one["state"] == "running"}
        return {}

    def await_roles(self, *wanted: str) -> dict[str, str]:
        """Wait until the nodes that run have these roles; return who has which."""
        until = time.monotonic() + START_S
        while sorted((found := self.members()).values()) != sorted(wanted):
            if time.monotonic() > until:
                raise TimeoutError(f"wanted {wanted}, found {found}")
            time.sleep(PAUSE_S)
        return found

    def create(self) -> None:
        """Make the centre's database."""
        hosts = ",".join(HOST for _ in self.nodes)
        ports = ",".join(str(node.postgres) for node in self.nodes.values())
        where = f"host={hosts} port={ports} user={SUPERUSER} password='{PASSWORD}' dbname=postgres"
        where += " target_session_attrs=read-write"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0".encode())

    def start(self, name: str) -> None:
        """Start Patroni on a node."""
        node = self.nodes[name]
        self._running[name] = _as_user(node, "patroni", str(node.folder / "patroni.yml"))

    def kill(self, name: str) -> None:
        """End Patroni and PostgreSQL of a node with SIGKILL, as a power cut would."""
        self._running.pop(name).kill()
        file = self.nodes[name].folder / "data" / "postmaster.pid"
        if not file.exists():
            return
        postmaster = int(file.read_text(encoding="ascii").split("\n", 1)[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children")
        with suppress(ProcessLookupError, FileNotFoundError):
            for process in (*map(int, children.read_text(encoding="ascii").split()), postmaster):
                os.kill(process, signal.SIGKILL)

    def kill_all(self) -> None:
        """End everything."""
        for name in tuple(self._running):
            self.kill(name)


@contextmanager
def running_patroni() -> Iterator[Patroni]:
    """Start three nodes, wait for a leader and both standbys; all is gone in the end."""
    place = MEMORY if Path(MEMORY).is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="kiosk-patroni-", dir=place))
    cluster = Patroni({name: _node(name, folder) for name in NAMES})
    stores = []
    try:
        for node in cluster.nodes.values():
            stores.append(_as_user(node, *_etcd(node, cluster)))
        for name in NAMES:
            _configure(cluster.nodes[name], cluster)
            cluster.start(name)
        cluster.await_roles("leader", "sync_standby", "replica")
        yield cluster
    finally:
        cluster.kill_all()
        for store in stores:
            store.kill()
            store.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _node(name: str, folder: Path) -> Node:
    own = folder / name
    own.mkdir()
    if os.geteuid() == 0:
        user = pwd.getpwnam(USER)
        for one in (folder, own):
            os.chown(one, user.pw_uid, user.pw_gid)
    return Node(name, own, free_port(), free_port(), free_port(), free_port())


def _as_user(node: Node, *command: str) -> "subprocess.Popen[bytes]":
    user = USER if os.geteuid() == 0 else None
    with (node.folder / f"{command[0]}.log").open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=node.folder,
            stdout=log,
            stderr=log,
            user=user,
            group=pwd.getpwnam(USER).pw_gid if user else None,
            extra_groups=[] if user else None,
            env=os.environ | {"HOME": str(node.folder)},
        )


def _etcd(node: Node, cluster: Patroni) -> list[str]:
    own, peers = f"http://{HOST}:{node.etcd}", f"http://{HOST}:{node.peers}"
    everybody = ",".join(f"{one.name}=http://{HOST}:{one.peers}" for one in cluster.nodes.values())
    options = {
        "name": node.name,
        "data-dir": str(node.folder / "etcd"),
        "listen-client-urls": own,
        "advertise-client-urls": own,
        "listen-peer-urls": peers,
        "initial-advertise-peer-urls": peers,
        "initial-cluster": everybody,
        "log-level": "warn",
    }
    return ["etcd", *(word for name, value in options.items() for word in (f"--{name}", value))]


def _configure(node: Node, cluster: Patroni) -> None:
    """Write the file that ships, with this node's places; each must be there."""
    text, found = SHIPPED.read_text(encoding="utf-8"), programs()
    stores = ",".join(f"{HOST}:{one.etcd}" for one in cluster.nodes.values())
    places = {
        "name: s1\n": f"name: {node.name}\n",
        "10.0.0.1:2379,10.0.0.2:2379,10.0.0.3:2379": stores,
        "10.0.0.1:8008": f"{HOST}:{node.api}",
        "10.0.0.1:5432": f"{HOST}:{node.postgres}",
        "10.0.0.0/24": f"{HOST}/32",
        "/var/lib/postgresql/15/centre": str(node.folder / "data"),
        "/usr/lib/postgresql/15/bin": str(found),
        "/var/lib/postgresql/patroni.pgpass": str(node.folder / "pgpass"),
        "  pg_hba:\n": f"  parameters: {{unix_socket_directories: {node.folder}}}\n  pg_hba:\n",
    }
    for shipped, here in places.items():
        assert shipped in text, f"{shipped!r} is in {SHIPPED}"
        text = text.replace(shipped, here)
    (node.folder / "patroni.yml").write_text(text, encoding="utf-8")
