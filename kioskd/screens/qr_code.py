"""QR codes as squares that are dark or not; the home of ``qrcode``."""

from collections.abc import Sequence

from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M
from qrcode.main import QRCode

QUIET_ZONE = 4
"""Light squares around it that ISO/IEC 18004 asks for."""

Squares = Sequence[Sequence[bool]]


def squares_of(
    text: str | bytes, quiet_zone: int = QUIET_ZONE, *, on_paper: bool = False
) -> Squares:
    """Return the rows of the smallest code for ``text``, dark squares True, with its border.

    One on paper bears a fold or a stain: it corrects twice as many faults as one on a panel.
    """
    correction = ERROR_CORRECT_M if on_paper else ERROR_CORRECT_L
    code = QRCode(error_correction=correction, border=quiet_zone)
    code.add_data(text)
    code.make(fit=True)
    return [[bool(square) for square in row] for row in code.get_matrix()]
