"""What the centre answers about personal information is checked before anything is shown."""

from dataclasses import replace
from typing import Any

import pytest

from kioskd.domain.profile import ChangeState, FieldChange, Profile, ProfileField, TypedText
from kioskd.domain.secret import PersonName, PhoneNumber, PostalAddress, SessionToken
from kioskd.errors import ServerContractBroken
from kioskd.protocols.central_profile import ChangedField, ProfileChange, ProfileChanged
from kioskd.relay.client import CentralClient
from kioskd.relay.settings import CentralSettings

TOKEN = SessionToken("t")
GOOD = Profile(
    PhoneNumber(""), PostalAddress("示例" * 40), PersonName("李\U00020bb7"), PhoneNumber("1")
)
CHANGE = ProfileChange(
    (FieldChange(ProfileField.PHONE, TypedText(""), TypedText("13800000001")),), "yes"
)
DONE = ProfileChanged("C1", "", (ChangedField(ProfileField.PHONE, ChangeState.UPDATED),))


def client_that_hears(answer: object, monkeypatch: pytest.MonkeyPatch) -> CentralClient:
    """Return a client whose every call is answered with ``answer``."""
    client = CentralClient(CentralSettings("https://127.0.0.1:9"), "K0001")

    async def call(*_words: Any, **_more: Any) -> object:
        return answer

    monkeypatch.setattr(client, "call", call)
    return client


@pytest.mark.parametrize(
    "bad",
    [
        replace(GOOD, address=PostalAddress("示例路\n1号")),
        replace(GOOD, address=PostalAddress("路" * 81)),
        replace(GOOD, contact_name=PersonName("李\u202e四")),
        replace(GOOD, contact_name=PersonName("李\ud800")),
        replace(GOOD, phone=PhoneNumber("\x1b[2J")),
    ],
)
async def test_a_profile_that_cannot_be_shown_is_a_broken_contract(
    bad: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too long, controls, directions, half pairs: named by the field, never by the text."""
    with pytest.raises(ServerContractBroken) as caught:
        await client_that_hears(bad, monkeypatch).profile(TOKEN)
    assert "cannot be shown" in str(caught.value) and "示例" not in str(caught.value)
    assert await client_that_hears(GOOD, monkeypatch).profile(TOKEN) == GOOD


@pytest.mark.parametrize(
    "bad",
    [
        replace(DONE, ref="C2"),
        replace(DONE, fields=()),
        replace(DONE, fields=(ChangedField(ProfileField.ADDRESS, ChangeState.UPDATED),)),
    ],
)
async def test_an_answer_to_another_change_is_none(
    bad: ProfileChanged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another reference, or other fields than were asked, is not taken for "changed"."""
    with pytest.raises(ServerContractBroken):
        await client_that_hears(bad, monkeypatch).change_profile(TOKEN, "C1", CHANGE)
    assert await client_that_hears(DONE, monkeypatch).change_profile(TOKEN, "C1", CHANGE) == DONE
