"""What a kiosk asks the centre of accounts, payments and papers. Fulfils ``AccountServices``."""

from urllib.parse import quote

from kioskd.domain.account import MedicalAccount, MyPayment, PensionAccount
from kioskd.domain.secret import SessionToken
from kioskd.protocols import central_accounts
from kioskd.protocols.central_documents import PAPER_CHECK_PATH, PaperCheck
from kioskd.relay.line import CentralLine


class AccountCalls(CentralLine):
    """The calls of inquiry and of checking a paper."""

    async def pension_account(self, token: SessionToken) -> PensionAccount:
        path = central_accounts.PENSION_ACCOUNT_PATH
        return await self.call("GET", path, PensionAccount, token=token)

    async def medical_account(self, token: SessionToken, year: int | None) -> MedicalAccount:
        query = "" if year is None else f"?year={year}"
        path = central_accounts.MEDICAL_ACCOUNT_PATH + query
        return await self.call("GET", path, MedicalAccount, token=token)

    async def my_payments(self, token: SessionToken) -> tuple[MyPayment, ...]:
        path = central_accounts.MY_PAYMENTS_PATH
        return await self.call("GET", path, tuple[MyPayment, ...], token=token)

    async def check_paper(self, code: str) -> PaperCheck:
        path = PAPER_CHECK_PATH.format(code=quote(code, safe=""))
        return await self.call("GET", path, PaperCheck)
