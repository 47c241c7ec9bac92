"""A kiosk's journal and the centre that witnesses it, over real HTTP."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import trio
from central_server import Server

from kioskd.cli import main
from kioskd.errors import JournalDamaged
from kioskd.relay.uplink import Uplink
from tests.journals import KIOSK, Books, opened
from tests.patience import PATIENCE_S
from tests.unit.test_journal_commands import CONFIG


async def witnessed(books: Books, server: Server) -> None:
    """Let the uplink bring what waits, links last; payments of no assessment go to suspense."""
    uplink = Uplink(books.outbox, server.client())
    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(uplink.run)
            while books.outbox.next_links() is not None:
                await trio.sleep(0.01)
            nursery.cancel_scope.cancel()


def verify(folder: Path, server: Server) -> int:
    """Run ``kioskd journal verify`` as an operator does."""
    config = folder / "kioskd.toml"
    text = CONFIG.format(folder=folder).replace("https://127.0.0.1:9", server.url)
    shutil.copy(server.trust.ca, folder / "ca.pem")
    shutil.copytree(server.trust.identity(KIOSK), folder / "identity", dirs_exist_ok=True)
    config.write_text(text, encoding="utf-8")
    return main(["journal", "verify", "--config", str(config)])


async def test_an_old_disk_put_back_is_found(
    tmp_path: Path, serve: Callable[[Path], Server], capsys: pytest.CaptureFixture[str]
) -> None:
    """Sound by itself, but not what the centre has seen: the operator, kiosk and centre all say so.

    The kiosk takes no payment on it any more.
    """
    server, kiosk = serve(tmp_path), tmp_path / "kiosk"
    kiosk.mkdir()
    books = opened(kiosk / "journal.db")
    books.confirmed(18)
    books.store.shut()
    shutil.copytree(kiosk, tmp_path / "old")
    books = opened(kiosk / "journal.db")
    books.confirmed(19)
    await witnessed(books, server)
    books.store.shut()
    assert await trio.to_thread.run_sync(verify, kiosk, server) == 0
    assert "centre: knows 6 of 6 entries" in capsys.readouterr().out

    old = opened(tmp_path / "old" / "journal.db")
    assert await trio.to_thread.run_sync(verify, tmp_path / "old", server) == 1
    assert "missing: the centre knows 6 entries" in capsys.readouterr().out
    old.unknown()
    with pytest.RaisesGroup(pytest.RaisesExc(JournalDamaged, match="another journal")):
        await witnessed(old, server)
    trouble = old.journal.trouble
    assert trouble is not None
    listed = server.call("GET", "/v1/journals/" + old.store.series).json()
    assert listed["seq"] == 6
    old.store.shut()
