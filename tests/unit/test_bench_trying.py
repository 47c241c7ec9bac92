"""Whatever a deed meets is said in words, and the bench page goes on."""

import pytest
import trio

from kiosk_bench.console import StoryFailed
from kiosk_bench.deeds import BadDeed
from kiosk_bench.web.trying import refusal_of
from kioskd.errors import DeviceUnavailable


async def _raises(error):
    await trio.lowlevel.checkpoint()
    if error is not None:
        raise error


async def _raises_within(error):
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_raises, error)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (None, None),
        (BadDeed("no deed fly"), "no deed fly"),
        (StoryFailed("the power is off already"), "the power is off already"),
        (DeviceUnavailable("pcscd", "no reader"), "no reader"),
        (RuntimeError("show ended with 1"), "show ended with 1"),
        (trio.TooSlowError(), "did not answer in time"),
        (ConnectionResetError(), "is the power on?"),
        (trio.BrokenResourceError(), "is the power on?"),
    ],
)
@pytest.mark.parametrize("raising", [_raises, _raises_within])
async def test_what_a_deed_meets_is_said(raising, error, words) -> None:
    """An error of the world becomes words, wherever in a nursery it was raised."""
    why = await refusal_of(raising(error))
    assert (why is None) if words is None else (why is not None and words in why)


async def test_a_mistake_of_our_own_is_not_hidden() -> None:
    """A broken assertion is no refusal: it ends the bench, loudly."""
    with pytest.raises(ExceptionGroup):
        await refusal_of(_raises_within(AssertionError("ours")))
