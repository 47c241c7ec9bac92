"""Kiosks put on record, enrolled and revoked by command."""

import re

from central_world import World
from click.testing import CliRunner, Result

from kiosk_central.cli import main


def run(world: World, *words: str) -> Result:
    url = world.engine.url.render_as_string(hide_password=False)
    return CliRunner().invoke(main, ["kiosk", *words, "--db", url])


def test_a_new_kiosk_is_added_and_enrolled(world: World) -> None:
    """It has no code before it is on record; then one that a technician can type."""
    assert run(world, "enrol", "K0200").exit_code == 1
    added = run(world, "add", "K0200", "--outlet", "east-hall")
    assert added.output == "K0200 added: kiosk-central kiosk enrol K0200\n"
    code = run(world, "enrol", "K0200")
    assert code.exit_code == 0 and re.fullmatch(r"[0-9A-Z]+(-[0-9A-Z]+)+\n", code.output)


def test_no_kiosk_is_added_twice_or_without_a_name(world: World) -> None:
    """One line that says why, and nothing is changed."""
    run(world, "add", "K0200", "--outlet", "east-hall")
    for name, words in (("K0200", "already"), ("K 1", "letters"), ("K" * 21, "letters")):
        refused = run(world, "add", name, "--outlet", "east-hall")
        assert refused.exit_code == 1 and words in refused.output
