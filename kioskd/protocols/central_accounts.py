"""The HTTP contract, version 1, of what a person may see of her accounts and payments: paths.

All are GET within a visit; the values are those of ``kioskd.domain.account``. Codec as in
``kioskd.protocols.central``. 403 ``assurance_too_low`` where the region wants the card.
"""

PENSION_ACCOUNT_PATH = "/v1/me/pension-account"
"""A ``PensionAccount``."""
MEDICAL_ACCOUNT_PATH = "/v1/me/medical-account"
"""A ``MedicalAccount``; ``?year=2026``, else the latest year with anything."""
MY_PAYMENTS_PATH = "/v1/me/payments"
"""``tuple[MyPayment, ...]``, newest first, at most ``PAYMENTS_MAX``."""

PAYMENTS_MAX = 60
