"""The rig's own words to ssh, against a real ssh daemon where one is installed."""

import getpass
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from subprocess import DEVNULL, Popen, run

import pytest
import trio

from kiosk_bench.programs import Programs
from kiosk_bench.rig.commands import KioskShell
from kiosk_bench.rig.file import SSH, TUNNEL, KioskTable, Words
from tests.hil.test_rig_bench import free_port, played
from tests.patience import PATIENCE_S

DAEMON = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
pytestmark = pytest.mark.skipif(DAEMON is None, reason="needs sshd (openssh-server)")


@dataclass(frozen=True, slots=True)
class Daemon:
    """A daemon on loopback that knows one key, and what a client needs to reach it."""

    config: Path

    def words(self, words: Words) -> Words:
        """Return the rig's words to ssh, with this daemon's whereabouts."""
        return (words[0], "-F", str(self.config), *words[1:])


@contextmanager
def daemon_in(folder: Path) -> Iterator[Daemon]:
    """Run one; nothing of it is outside the folder."""
    for name in ("host", "mine"):
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        run(make, check=True)
    port = free_port()
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/mine.pub\nStrictModes no\nUsePAM no\n"
    )
    (folder / "config").write_text(
        f"Host rig-kiosk\n HostName 127.0.0.1\n Port {port}\n User {getpass.getuser()}\n"
        f" IdentityFile {folder}/mine\n IdentitiesOnly yes\n"
        f" UserKnownHostsFile {folder}/known\n StrictHostKeyChecking accept-new\n"
    )
    assert DAEMON is not None
    words = [DAEMON, "-D", "-E", str(folder / "log"), "-f", str(folder / "sshd_config")]
    with Popen(words, stdin=DEVNULL) as process:
        try:
            yield Daemon(folder / "config")
        finally:
            process.kill()


def test_a_payment_is_made_through_real_ssh(tmp_path: Path, programs: Programs) -> None:
    """The very words of the rig carry shell, screen console and centre, and the payment is made."""
    (tmp_path / "ssh").mkdir()
    with daemon_in(tmp_path / "ssh") as daemon:
        shell, tunnel = daemon.words(SSH), daemon.words(TUNNEL)
        table = KioskTable(address="rig-kiosk", serial="", shell=shell)
        trio.run(partial(KioskShell(table).wait_there, PATIENCE_S))
        kiosk = {"address": "rig-kiosk", "shell": [*shell], "tunnel": [*tunnel]}
        play = partial(played, "pay-by-card", tmp_path, programs, kiosk=kiosk)
        summary = trio.run(play)
    assert (summary.outcome, summary.problems) == ("paid", [])
    assert [one["amount_fen"] for one in summary.ledger["postings"]] == [280000]
