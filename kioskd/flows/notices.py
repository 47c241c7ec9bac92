"""What matters to this visitor today, for the left side of the home screen."""

from kioskd import log
from kioskd.domain.contribution import Enrolment, Month
from kioskd.domain.region import SchemeRules
from kioskd.domain.text import Text
from kioskd.errors import ServerError
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.screens.busy import BusyWith
from kioskd.screens.home import Notice
from kioskd.screens.words import Words


async def what_matters_today(kiosk: Kiosk, visit: Visit) -> tuple[Notice, ...]:
    """Say for each scheme up to when it is paid; nothing if the centre does not answer."""
    try:
        view = await kiosk.while_busy(
            BusyWith.LOADING, lambda: kiosk.central.insurance(visit.token, None)
        )
    except ServerError as error:
        log.event("notices.untold", code=error.operator_code)
        return ()
    rules = {rules.scheme: rules for rules in kiosk.region.schemes}
    today = kiosk.today()
    now = Month(today.year, today.month)
    return tuple(
        _notice(enrolment, rules[enrolment.scheme], now)
        for enrolment in view.enrolments
        if enrolment.scheme in rules
    )


def _notice(enrolment: Enrolment, rules: SchemeRules, now: Month) -> Notice:
    """Paid up to this month or later is good; a gap before it is due."""
    since = enrolment.last_paid.plus(1) if enrolment.last_paid else enrolment.since
    if enrolment.last_paid is not None and since > now:
        return Notice(_in_both("home_notice.paid", rules, enrolment.last_paid), good=True)
    return Notice(_in_both("home_notice.due", rules, since), good=False)


def _in_both(key: str, rules: SchemeRules, month: Month) -> Text:
    zh, en = (
        Words(language)(
            key, scheme=rules.name.in_language(language), year=month.year, month=month.month
        )
        for language in ("zh_CN", "en")
    )
    return Text(zh, en)
