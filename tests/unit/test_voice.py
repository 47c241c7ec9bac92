"""The voice: what the program is given, what cuts it off, and that its absence harms nothing."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
import trio.testing

from kioskd.contracts import Saying
from kioskd.domain.trouble import TroubleReason
from kioskd.drivers.settings import VoiceSettings
from kioskd.drivers.voice import SpokenVoice
from tests.patience import PATIENCE_S


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
    async with speaking_as(VoiceSettings(command)) as voice:
        yield voice


@asynccontextmanager
async def speaking_as(settings: VoiceSettings) -> AsyncIterator[SpokenVoice]:
    voice = SpokenVoice(settings)
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
        voice.say([Saying("请取走您的卡。")], "zh_CN")
        await until_said(tmp_path, 1)
        voice.say([Saying("--quiet")], "en")
        await until_said(tmp_path, 2)
    assert said(tmp_path) == [
        "-v cmn -s 140 -p 40 -a 100 --stdin 请取走您的卡。",
        "-v en -s 140 -p 40 -a 100 --stdin --quiet",
    ]


async def test_a_new_sentence_cuts_the_old_one_off(tmp_path: Path) -> None:
    """A program that would speak for ever is ended when something else is to be said."""
    async with speaking(str(program(tmp_path, "exec sleep 600"))) as voice:
        voice.say([Saying("one")], "en")
        await until_said(tmp_path, 1)
        voice.say([Saying("two")], "en")
        await until_said(tmp_path, 2)
        voice.hush()
    assert [line.rpartition(" ")[2] for line in said(tmp_path)] == ["one", "two"]


@pytest.mark.parametrize("command", ["/nowhere/speaks", "false"])
async def test_no_program_is_a_trouble_and_no_error(command: str) -> None:
    """Absent or broken: named for the operator; saying more is harmless."""
    async with speaking(command) as voice:
        voice.say([Saying("one")], "en")
        while voice.trouble is None:
            await trio.sleep(0.01)
        voice.say([Saying("two")], "en")
        assert voice.trouble.reason is TroubleReason.VOICE_GONE


async def test_recordings_are_played_where_a_city_made_them(tmp_path: Path) -> None:
    """The recording of a key and language is played; what has none is spoken, in order."""
    command = str(program(tmp_path, ""))
    made = tmp_path / "zh_CN" / "voice.take_card.wav"
    made.parent.mkdir()
    made.touch()
    settings = VoiceSettings(command, recordings=str(tmp_path), player=command)
    async with speaking_as(settings) as voice:
        voice.say([Saying("请取走您的卡。", "voice.take_card"), Saying("共 2 页", "x")], "zh_CN")
        await until_said(tmp_path, 2)
    assert said(tmp_path)[0].strip() == str(made)
    assert said(tmp_path)[1].endswith(" 共 二页")


async def test_without_a_player_the_words_are_spoken(tmp_path: Path) -> None:
    """A recording that cannot be played is a trouble for operators, and the text is said."""
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "k.wav").touch()
    command = str(program(tmp_path, ""))
    settings = VoiceSettings(command, recordings=str(tmp_path), player="/nowhere/plays")
    async with speaking_as(settings) as voice:
        voice.say([Saying("one", "k")], "en")
        await until_said(tmp_path, 1)
    assert said(tmp_path)[0].endswith("one")


async def test_hush_ends_the_program_at_once(tmp_path: Path) -> None:
    """In mid-word: the speech program is gone, not only the sentences after it."""
    async with speaking(str(program(tmp_path, "exec sleep 600"))) as voice:
        voice.say([Saying("one"), Saying("two")], "en")
        await until_said(tmp_path, 1)
        assert voice.is_speaking
        voice.hush()
        await trio.testing.wait_all_tasks_blocked()
        assert not voice.is_speaking
    assert len(said(tmp_path)) == 1


async def test_her_volume_goes_round_and_is_forgotten(tmp_path: Path) -> None:
    """Louder, loudest, softest; the next visit begins with the usual one."""
    async with speaking(str(program(tmp_path, ""))) as voice:
        for count in range(1, 4):
            voice.louder()
            voice.say([Saying("a")], "en")
            await until_said(tmp_path, count)
        voice.louder()
        voice.usual_volume()
        voice.say([Saying("a")], "en")
        await until_said(tmp_path, 4)
    assert [line.split()[7] for line in said(tmp_path)] == ["160", "60", "100", "100"]


async def test_where_no_voice_is_wanted_nothing_runs() -> None:
    """An empty command is silence, not a trouble."""
    async with speaking("") as voice:
        voice.say([Saying("one")], "en")
        await trio.testing.wait_all_tasks_blocked()
        assert voice.trouble is None


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
async def test_espeak_takes_our_arguments_for_both_languages() -> None:
    """The real program accepts them; its sound goes to a file, for this machine may have none."""
    for voice in ("cmn", "en"):
        command = ["espeak-ng", "-v", voice, "-s", "140", "--stdin", "-w", "/dev/null"]
        done = await trio.run_process(command, stdin="请取走您的卡。".encode(), check=False)
        assert done.returncode == 0
