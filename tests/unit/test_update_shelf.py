"""``kiosk-central software``: what is put where kiosks can have it, and what is not."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk_central.cli import main
from kiosk_central.problems import Refused
from kiosk_central.updates import Shelf, shelf_for
from tests.unit.central_world import World
from tests.updates import NEW, RELEASE_KEY, a_bundle, public_pem

WHO = ("--by", "王芳", "--note", "released")


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    file = tmp_path / "keys.pem"
    file.write_bytes(public_pem(RELEASE_KEY))
    return file


def run(world: World, folder: Path, *words: str) -> Result:
    url = world.engine.url.render_as_string(hide_password=False)
    return CliRunner().invoke(main, ["software", *words, "--db", url, "--bundles", str(folder)])


def test_a_bundle_is_put_on_the_shelf_and_taken_away(
    world: World, tmp_path: Path, keys: Path
) -> None:
    """Whole, once, with who and why; after it was removed it may come again."""
    shelf, file = tmp_path / "shelf", a_bundle(tmp_path)
    add = ("add", str(file), "--release-keys", str(keys), *WHO)
    added = run(world, shelf, *add)
    assert added.output.startswith(f"{NEW} for kioskd-test, ")
    assert (shelf / f"{NEW}.bundle").read_bytes() == file.read_bytes()
    assert run(world, shelf, *add).exit_code == 1
    assert run(world, shelf, "remove", NEW, *WHO).output == f"{NEW} removed\n"
    assert not (shelf / f"{NEW}.bundle").exists()
    assert run(world, shelf, "remove", NEW, *WHO).exit_code == 1
    assert run(world, shelf, *add).exit_code == 0
    url = world.engine.url.render_as_string(hide_password=False)
    rows = json.loads(CliRunner().invoke(main, ["software", "list", "--db", url, "--json"]).output)
    assert [(row["version"], bool(row["removed_at"])) for row in rows] == [(NEW, 0), (NEW, 1)]
    assert rows[1]["removed_by"] == "王芳"


def test_what_is_being_rolled_out_is_not_taken_away(
    world: World, tmp_path: Path, keys: Path
) -> None:
    """A kiosk in the middle of it would stand there with half a slot."""
    shelf = tmp_path / "shelf"
    file = str(a_bundle(tmp_path))
    assert run(world, shelf, "add", file, "--release-keys", str(keys), *WHO).exit_code == 0
    url = world.engine.url.render_as_string(hide_password=False)
    words = ["rollout", "start", "--kind", "software", "--version", NEW, "--db", url, *WHO]
    assert CliRunner().invoke(main, words).exit_code == 0
    refused = run(world, shelf, "remove", NEW, *WHO)
    assert refused.exit_code == 1 and "roll-out" in refused.output
    assert (shelf / f"{NEW}.bundle").exists()


@pytest.mark.parametrize("fault", ["foreign", "damaged", "cut", "longer", "nonsense"])
def test_what_no_kiosk_would_take_is_refused_here(
    world: World, tmp_path: Path, keys: Path, fault: str
) -> None:
    """By its signature, by any piece, by its length: nothing is written down and nothing kept."""
    file = a_bundle(tmp_path)
    data = bytearray(file.read_bytes())
    if fault == "foreign":
        keys.write_bytes(public_pem(Ed25519PrivateKey.generate()))
    elif fault == "damaged":
        data[len(data) // 2] ^= 1
    elif fault == "cut":
        del data[-1]
    elif fault == "longer":
        data += b"x"
    else:
        data = bytearray(b"nonsense")
    file.write_bytes(data)
    shelf = tmp_path / "shelf"
    refused = run(world, shelf, "add", str(file), "--release-keys", str(keys), *WHO)
    assert refused.exit_code == 1 and refused.output.startswith("Error: ")
    assert not shelf.exists()
    assert run(world, shelf, "remove", NEW, *WHO).exit_code == 1


@pytest.mark.parametrize("version", ["", "../0.2.0", "0.2", "0.2.0/", "0.2.0.bundle"])
def test_no_name_leads_out_of_the_shelf(tmp_path: Path, version: str) -> None:
    """Only versions are looked for; a centre without a shelf has none."""
    (tmp_path / ".bundle").write_bytes(b"x")
    assert Shelf(tmp_path).file_of(version) is None
    with pytest.raises(Refused):
        Shelf(None).read(NEW, 0, 1)


def test_the_shelf_stands_beside_a_database_that_is_a_file() -> None:
    """A server elsewhere has to be told where it is."""
    assert shelf_for("sqlite:////srv/centre/central.db", None) == Path("/srv/centre/bundles")
    assert shelf_for("postgresql://centre", None) is None
    assert shelf_for("postgresql://centre", Path("/srv/b")) == Path("/srv/b")
