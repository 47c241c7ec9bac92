"""The services of the home screen: each with its page, what it needs, and its story."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from kioskd.domain.trouble import Trouble
from kioskd.flows.convenience.check_paper import check_paper
from kioskd.flows.convenience.documents import reprint_my_documents
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
from kioskd.flows.kiosk import Kiosk, Visit, closed_to
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


CENTRE = ("central",)
PAYING = ("held", "central", "journal", "pin_pad")
PAPER = ("central", "seal", "document_printer")
CARD_IN_SLOT = ("central", "card_reader")
SERVICES = (
    Service("insurance", Tab.INQUIRY, CENTRE, show_insurance),
    Service("pension-account", Tab.INQUIRY, CENTRE, show_pension_account),
    Service("medical-account", Tab.INQUIRY, CENTRE, show_medical_account),
    Service("my-card", Tab.INQUIRY, CENTRE, show_my_card),
    Service("my-payments", Tab.INQUIRY, CENTRE, show_my_payments),
    Service("applications", Tab.INQUIRY, CENTRE, show_applications),
    Service("pay-contribution", Tab.HANDLING, PAYING, pay_contribution),
    Service("print-rights-record", Tab.HANDLING, PAPER, print_rights_record),
    Service("print-enrolment", Tab.HANDLING, PAPER, print_enrolment_certificate),
    Service("change-profile", Tab.HANDLING, CENTRE, change_profile),
    Service("report-loss", Tab.HANDLING, CENTRE, report_loss),
    Service("cancel-loss", Tab.HANDLING, CENTRE, cancel_loss),
    Service("reissue-card", Tab.HANDLING, CENTRE, reissue_card),
    Service("activate-card", Tab.HANDLING, CARD_IN_SLOT, activate_card),
    Service("change-card-pin", Tab.HANDLING, CARD_IN_SLOT, change_card_pin),
    Service("policies", Tab.POLICY, (), read_policies),
    Service("reprint-receipts", Tab.CONVENIENCE, ("central", "receipt_printer"), print_my_receipts),
    Service("reprint-documents", Tab.CONVENIENCE, PAPER, reprint_my_documents),
    Service("outlets", Tab.CONVENIENCE, (), show_outlets),
    Service("hotlines", Tab.CONVENIENCE, (), show_hotlines),
    Service("check-paper", Tab.CONVENIENCE, CENTRE, check_paper),
)


def trouble_with(kiosk: Kiosk, visit: Visit, service: Service) -> Trouble | None:
    """Say why this visitor cannot use the service now, or None."""
    closed = closed_to(kiosk, visit, service.id)
    return closed if closed is not None else kiosk.health.trouble_of(*service.needs)
