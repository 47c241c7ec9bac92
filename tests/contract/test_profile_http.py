"""The contract about personal information over real HTTP."""

from typing import Any

from central_server import KIOSK, Server

from kiosk_central.sample_people import ZHANG
from kioskd.domain.profile import ChangeState, FieldChange, Profile, ProfileField, TypedText
from kioskd.protocols import central
from kioskd.protocols.central import Login, Problem, ProblemCode, decode
from kioskd.protocols.central_profile import (
    PROFILE_CHANGE_PATH,
    PROFILE_PATH,
    ProfileChange,
    ProfileChanged,
)

NAME = ProfileField.CONTACT_NAME
PATH = PROFILE_CHANGE_PATH.format(ref="C1")
RARE = "李\U00020bb7"


def card_token(server: Server) -> str:
    """Log in by social security card."""
    login = server.get(Login, "POST", central.CARD_LOGIN_PATH, server.card_login(ZHANG))
    return login.token.reveal()


def change(after: str, before: str = RARE) -> ProfileChange:
    """Return a change of the contact's name."""
    return ProfileChange((FieldChange(NAME, TypedText(before), TypedText(after)),), "我同意")


def test_a_name_beyond_the_bmp_goes_there_and_back(server: Server) -> None:
    """Shown as on file, changed, answered the same again; the sample's region looks at it first."""
    visit: dict[str, Any] = {"token": card_token(server), "kiosk": KIOSK}
    assert server.get(Profile, "GET", PROFILE_PATH, **visit).contact_name.reveal() == RARE
    done = server.get(ProfileChanged, "PUT", PATH, change(RARE + "明"), **visit)
    assert done == server.get(ProfileChanged, "PUT", PATH, change(RARE + "明"), **visit)
    assert [one.state for one in done.fields] == [ChangeState.PENDING]
    assert server.get(Profile, "GET", PROFILE_PATH, **visit).pending == (NAME,)


def test_a_refused_text_is_named_and_not_repeated(server: Server) -> None:
    """Field and rule stand in the detail; nothing of what was sent comes back."""
    token = card_token(server)
    response = server.call("PUT", PATH, change("<b>示例</b>"), token=token)
    found = decode(response.content, Problem)
    assert (found.status, found.code) == (422, ProblemCode.TEXT_NOT_ACCEPTED)
    assert found.detail == "contact_name:characters" and "示例" not in response.text


def test_who_may_not(server: Server) -> None:
    """Without a visit, by resident ID card alone, or with a body that is none."""
    assert server.refused("GET", PROFILE_PATH) == (401, ProblemCode.SESSION_UNKNOWN)
    low = (403, ProblemCode.ASSURANCE_TOO_LOW)
    assert server.refused("GET", PROFILE_PATH, token=server.token()) == low
    assert server.refused("PUT", PATH, change("李四"), token=server.token()) == low
    bad = (400, ProblemCode.BAD_REQUEST)
    token = card_token(server)
    for body in (b"", b"{}", b'{"changes":[{"field":"pin","before":"","after":"1"}],"agreed":""}'):
        assert server.refused("PUT", PATH, body, token=token) == bad
    lone = b'{"changes":[{"field":"contact_name","before":"","after":"\\ud800"}],"agreed":""}'
    assert server.refused("PUT", PATH, lone, token=token)[0] in (400, 422)
