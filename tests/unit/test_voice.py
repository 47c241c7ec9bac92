"""The voice: what the program is given, what cuts it off, and that its absence harms nothing."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
import trio.testing

from kioskd.domain.trouble import TroubleReason
from kioskd.drivers.settings import VoiceSettings
from kioskd.drivers.voice import SpokenVoice

PATIENCE_S = 20


def program(folder: Path, does: str) -> Path:
    """Write a speech program that notes its arguments and its input, then ``does``."""
    file = folder / "speaks"
    notes = f"{{ printf '%s ' \"$@\"; cat; echo; }} >> '{folder / 'said'}'"
    file.write_text(f"#!/bin/sh\n{notes}\n{does}\n", encoding="utf-8")
    file.chmod(0o755)
    return file


def said(folder: Path) -> list[str]:
    file = folder / "said"
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    return text.split("\n")[:-1]  # a line that is not ended is still being written


@asynccontextmanager
async def speaking(command: str) -> AsyncIterator[SpokenVoice]:
    voice = SpokenVoice(VoiceSettings(command))
    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(voice.run)
            yield voice
            nursery.cancel_scope.cancel()


async def until_said(folder: Path, count: int) -> None:
    while len(said(folder)) < count:
        await trio.sleep(0.01)


async def test_each_language_has_its_voice_and_the_text_is_input(tmp_path: Path) -> None:
    """Nothing of the text is an argument: no sentence can be an option."""
    async with speaking(str(program(tmp_path, ""))) as voice:
        voice.say("请取走您的卡。", "zh_CN")
        await until_said(tmp_path, 1)
        voice.say("--quiet", "en")
        await until_said(tmp_path, 2)
    assert said(tmp_path) == [
        "-v cmn -s 140 --stdin 请取走您的卡。",
        "-v en -s 140 --stdin --quiet",
    ]


async def test_a_new_sentence_cuts_the_old_one_off(tmp_path: Path) -> None:
    """A program that would speak for ever is ended when something else is to be said."""
    async with speaking(str(program(tmp_path, "exec sleep 600"))) as voice:
        voice.say("one", "en")
        await until_said(tmp_path, 1)
        voice.say("two", "en")
        await until_said(tmp_path, 2)
        voice.hush()
    assert [line.rpartition(" ")[2] for line in said(tmp_path)] == ["one", "two"]


@pytest.mark.parametrize("command", ["/nowhere/speaks", "false"])
async def test_no_program_is_a_trouble_and_no_error(command: str) -> None:
    """Absent or broken: named for the operator; saying more is harmless."""
    async with speaking(command) as voice:
        voice.say("one", "en")
        while voice.trouble is None:
            await trio.sleep(0.01)
        voice.say("two", "en")
        assert voice.trouble.reason is TroubleReason.VOICE_GONE


async def test_where_no_voice_is_wanted_nothing_runs() -> None:
    """An empty command is silence, not a trouble."""
    async with speaking("") as voice:
        voice.say("one", "en")
        await trio.testing.wait_all_tasks_blocked()
        assert voice.trouble is None


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
async def test_espeak_takes_our_arguments_for_both_languages() -> None:
    """The real program accepts them; its sound goes to a file, for this machine may have none."""
    for voice in ("cmn", "en"):
        command = ["espeak-ng", "-v", voice, "-s", "140", "--stdin", "-w", "/dev/null"]
        done = await trio.run_process(command, stdin="请取走您的卡。".encode(), check=False)
        assert done.returncode == 0
