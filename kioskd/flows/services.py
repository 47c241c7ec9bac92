"""The services of the home screen: each with its page, what it needs, and its story."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.flows.convenience.check_paper import check_paper
from kioskd.flows.convenience.hotlines import show_hotlines
from kioskd.flows.convenience.outlets import show_outlets
from kioskd.flows.convenience.receipts import print_my_receipts
from kioskd.flows.handling.activate_card import activate_card
from kioskd.flows.handling.cancel_loss import cancel_loss
from kioskd.flows.handling.change_card_pin import change_card_pin
from kioskd.flows.handling.change_profile import change_profile
from kioskd.flows.handling.pay_contribution import pay_contribution
from kioskd.flows.handling.print_enrolment_certificate import print_enrolment_certificate
from kioskd.flows.handling.print_rights_record import print_rights_record
from kioskd.flows.handling.reissue_card import reissue_card
from kioskd.flows.handling.report_loss import report_loss
from kioskd.flows.inquiry.applications import show_applications
from kioskd.flows.inquiry.insurance import show_insurance
from kioskd.flows.inquiry.medical_account import show_medical_account
from kioskd.flows.inquiry.my_card import show_my_card
from kioskd.flows.inquiry.my_payments import show_my_payments
from kioskd.flows.inquiry.pension_account import show_pension_account
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.flows.policy.policies import read_policies
from kioskd.screens.home import Tab


@dataclass(frozen=True, slots=True)
class Service:
    """One service: where it stands, what it needs, and its story."""

    id: str
    """Its name in the region pack, on the screen and in the words."""
    tab: Tab
    needs: tuple[str, ...]
    """Roles on the health board."""
    story: Callable[[Kiosk, Visit], Awaitable[bool]]
    """Returns False when she wants to end the visit, True to come home again."""


PAYING = ("held", "central", "journal", "pin_pad")

SERVICES = (
    Service("insurance", Tab.INQUIRY, ("central",), show_insurance),
    Service("pension-account", Tab.INQUIRY, ("central",), show_pension_account),
    Service("medical-account", Tab.INQUIRY, ("central",), show_medical_account),
    Service("my-payments", Tab.INQUIRY, ("central",), show_my_payments),
    Service("pay-contribution", Tab.HANDLING, ("central", "journal", "pin_pad"), pay_contribution),
    Service("change-profile", Tab.HANDLING, ("central",), change_profile),
    Service("my-card", Tab.INQUIRY, ("central",), show_my_card),
    Service("applications", Tab.INQUIRY, ("central",), show_applications),
    Service("report-loss", Tab.HANDLING, ("central",), report_loss),
    Service("cancel-loss", Tab.HANDLING, ("central",), cancel_loss),
    Service("reissue-card", Tab.HANDLING, ("central",), reissue_card),
    Service("activate-card", Tab.HANDLING, ("central", "card_reader"), activate_card),
    Service("change-card-pin", Tab.HANDLING, ("central", "card_reader"), change_card_pin),
    Service("pay-contribution", Tab.HANDLING, PAYING, pay_contribution),
    Service(
        "print-rights-record",
        Tab.HANDLING,
        ("central", "seal", "document_printer"),
        print_rights_record,
    ),
    Service(
        "print-enrolment",
        Tab.HANDLING,
        ("central", "seal", "document_printer"),
        print_enrolment_certificate,
    ),
    Service("policies", Tab.POLICY, (), read_policies),
    Service(
        "reprint-receipts",
        Tab.CONVENIENCE,
        ("central", "receipt_printer"),
        print_my_receipts,
    ),
    Service("outlets", Tab.CONVENIENCE, (), show_outlets),
    Service("hotlines", Tab.CONVENIENCE, (), show_hotlines),
    Service("check-paper", Tab.CONVENIENCE, ("central",), check_paper),
)


def trouble_with(kiosk: Kiosk, visit: Visit, service: Service) -> Trouble | None:
    """Say why this visitor cannot use the service now, or None."""
    if service.id not in kiosk.region.services:
        return Trouble(TroubleReason.NOT_OFFERED, "R-01")
    wanted = kiosk.region.services[service.id]
    if wanted is not None and not visit.person.assurance.suffices_for(wanted):
        return Trouble(TroubleReason.NEEDS_SOCIAL_CARD, "R-02")
    return kiosk.health.trouble_of(*service.needs)
