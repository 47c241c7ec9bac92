"""``kiosk-central rollout``: from the file to the canary, and the moves by hand."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from kiosk_central.cli import main
from kiosk_central.region import SAMPLE_FILE
from tests.unit.central_world import World

WHO = ("--by", "王芳", "--note", "new texts")


def run(world: World, *words: str) -> Result:
    url = world.engine.url.render_as_string(hide_password=False)
    return CliRunner().invoke(main, ["rollout", *words, "--db", url])


def test_a_pack_is_rolled_out_and_back_by_commands(world: World, tmp_path: Path) -> None:
    """Started from a file with another version, listed, shown, stopped, rolled back."""
    pack = json.loads(SAMPLE_FILE.read_text(encoding="utf-8"))
    pack["version"] += 1
    file = tmp_path / "pack.json"
    file.write_text(json.dumps(pack), encoding="utf-8")
    start = ("start", "--kind", "config", "--file", str(file), "--stages", "1,100%", *WHO)
    assert run(world, *start).output == "roll-out 1\n"
    assert run(world, *start).exit_code == 1
    assert run(world, "list").output == f"1 config {pack['version']} running at 1\n"
    assert json.loads(run(world, "list", "--json").output)[0]["soak_s"] == 1800
    assert "1: 1 kiosks, 0 reached, 0 failed" in run(world, "show", "1").output
    assert run(world, "stop", "1", *WHO).output == "roll-out 1 stopped\n"
    assert run(world, "roll-back", "1", *WHO).output == "roll-out 1 rolled_back\n"
    assert run(world, "resume", "1", *WHO).exit_code == 1
    assert run(world, "show", "9").exit_code == 1


def test_slips_of_the_command_line_are_refused(world: World) -> None:
    """No file for a pack, no unit, no percentage, stages that end too soon, no version."""
    soft = ("start", "--kind", "software", "--version", "0.2.0", *WHO)
    for words in (
        ("start", "--kind", "config", *WHO),
        (*soft, "--soak", "30"),
        (*soft, "--stop-at", "5"),
        (*soft, "--stop-at", "101%"),
        (*soft, "--stages", "1,50%"),
        ("start", "--kind", "software", *WHO),
        ("start", "--kind", "config", "--file", str(SAMPLE_FILE), *WHO),
    ):
        assert run(world, *words).exit_code != 0, words
    assert run(world, "list").output == ""
