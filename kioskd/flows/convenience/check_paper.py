"""Is this paper genuine? Anybody may ask, logged in or not; the centre answers."""

from kioskd import log
from kioskd.domain.paper_code import grouped
from kioskd.domain.text import Text
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.protocols.central_documents import PaperCheck, PaperVerdict
from kioskd.screens.busy import BusyWith
from kioskd.screens.check_paper import CheckPaper, PaperChecked, PaperChoice, PaperVerdictShown
from kioskd.screens.words import Words

SHOWN = {
    PaperVerdict.GENUINE: PaperVerdictShown.GENUINE,
    PaperVerdict.REVOKED: PaperVerdictShown.REVOKED,
    PaperVerdict.UNKNOWN: PaperVerdictShown.UNKNOWN,
}


async def check_paper(kiosk: Kiosk, _visit: Visit | None) -> bool:
    """Ask about one paper after the other until she goes back. Raises ServerError, SessionEnded."""
    while True:
        typed = await kiosk.stage.show(CheckPaper())
        if not isinstance(typed, str):
            return True
        code = typed
        check = await kiosk.while_busy(
            BusyWith.LOADING,
            lambda asked=code: kiosk.central.check_paper(asked),  # type: ignore[misc]
        )
        log.event("paper.checked", verdict=check.verdict)
        if await kiosk.stage.show(_result(code, check)) is PaperChoice.BACK:
            return True


def _result(typed: str, check: PaperCheck) -> PaperChecked:
    """Say what the centre said; a paper it does not know has no facts."""
    facts = []
    if check.kind is not None:
        facts.append((_in_both("check_paper.kind"), _in_both(f"paper_kind.{check.kind.value}")))
    if check.holder:
        facts.append((_in_both("check_paper.holder"), Text(check.holder, check.holder)))
    facts += [(_label(label), Text(value, value)) for label, value in check.facts]
    number = check.number or grouped(typed)
    return PaperChecked(SHOWN[check.verdict], number, tuple(facts))


def _label(label: str) -> Text:
    """Return a label of the centre's in English too, where we know it."""
    english = Words("en")
    known = f"paper_fact.{label}"
    return Text(label, english(known) if known in english else label)


def _in_both(key: str) -> Text:
    return Text(Words("zh_CN")(key), Words("en")(key))
