"""Money in integer fen, and the one way a rate may be applied to it."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from kioskd.errors import KioskError

FEN_PER_YUAN = 100


class NotMoney(KioskError):
    """A text or number that is not an exact amount of yuan and fen."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An exact amount of yuan (CNY), kept as whole fen. May be negative (a reversal)."""

    fen: int

    def __post_init__(self) -> None:
        assert type(self.fen) is int, "fen are whole"

    @classmethod
    def from_yuan(cls, text: str) -> "Money":
        """Read ``"1400.00"``; at most two decimals. Raises NotMoney for anything else."""
        try:
            fen = Decimal(text) * FEN_PER_YUAN
        except ArithmeticError:
            raise NotMoney("not a number of yuan") from None
        if not fen.is_finite() or fen != fen.to_integral_value():
            raise NotMoney("not a whole number of fen")
        return cls(int(fen))

    def __add__(self, other: "Money") -> "Money":
        return Money(self.fen + other.fen)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.fen - other.fen)

    def __neg__(self) -> "Money":
        return Money(-self.fen)

    def __mul__(self, times: int) -> "Money":
        return Money(self.fen * times)

    def __bool__(self) -> bool:
        return self.fen != 0

    def share_half_up(self, rate: Decimal) -> "Money":
        """Return this amount times ``rate`` (0.08 for 8 %), rounded half up to whole fen."""
        exact = Decimal(self.fen) * rate
        return Money(int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)))

    def __str__(self) -> str:
        """Format as yuan with two decimals and thousands separated: ``1,400.00``."""
        sign = "-" if self.fen < 0 else ""
        yuan, fen = divmod(abs(self.fen), FEN_PER_YUAN)
        return f"{sign}{yuan:,}.{fen:02d}"


ZERO = Money(0)


def total(amounts: "list[Money] | tuple[Money, ...]") -> Money:
    """Add up amounts exactly."""
    return Money(sum(amount.fen for amount in amounts))
