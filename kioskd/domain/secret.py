"""Secrets are types: what must not be written masks its own text.

``repr``, ``str`` and format all give the mask, so that forgetting is harmless; ``reveal()`` is the
only way to the value and is easy to search for.
"""

from typing import Self


class Secret:
    """A text that never prints itself. Subclasses say how much of it may be shown."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the text itself; for screens, cards and the central server only."""
        return self._value

    def masked(self) -> str:
        """Return what a screen, log or receipt may show of it."""
        return "***"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.masked()})"

    def __str__(self) -> str:
        return self.masked()

    def __format__(self, spec: str) -> str:
        return format(self.masked(), spec)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._value == self._value

    def __hash__(self) -> int:
        return hash((type(self), self._value))

    def __reduce__(self) -> tuple[type[Self], tuple[str]]:
        raise TypeError("a secret is not pickled")


class PersonName(Secret):
    """A person's name. Masked: the first character and, of three or more, the last: ``张＊三``."""

    __slots__ = ()

    def masked(self) -> str:
        name = self._value
        if len(name) < 2:
            return "＊"
        middle = "＊" * max(1, len(name) - 2)
        return name[0] + middle + (name[-1] if len(name) > 2 else "")


class IdNumber(Secret):
    """A citizen's or resident's number, 18 characters. Masked: the last four."""

    __slots__ = ()

    def masked(self) -> str:
        return "*" * max(0, len(self._value) - 4) + self._value[-4:]


class CardNumber(Secret):
    """The number on a social security card (卡号). Masked: the last two."""

    __slots__ = ()

    def masked(self) -> str:
        return "*" * max(0, len(self._value) - 2) + self._value[-2:]


class MedicalNumber(Secret):
    """The medical-insurance number: the barcode of a social security card. Masked: the last two."""

    __slots__ = ()

    def masked(self) -> str:
        return "*" * max(0, len(self._value) - 2) + self._value[-2:]


class CardCode(Secret):
    """The card identification code (卡的识别码), 32 hex digits."""

    __slots__ = ()


class CardPin(Secret):
    """The six digits a citizen typed. Nothing of it is ever shown."""

    __slots__ = ()


class SessionToken(Secret):
    """The central server's ticket for one visit."""

    __slots__ = ()


class PhoneNumber(Secret):
    """A telephone number. Masked: the first three and the last four digits: ``138****0001``."""

    __slots__ = ()

    def masked(self) -> str:
        number = self._value
        return f"{number[:3]}****{number[-4:]}" if len(number) >= 8 else "*" * len(number)


class PostalAddress(Secret):
    """Where letters reach a person. Masked: the first three characters."""

    __slots__ = ()

    def masked(self) -> str:
        return self._value[:3] + "***" if self._value else ""


class EnrolmentCode(Secret):
    """The one-time code by which a kiosk is enrolled. Nothing of it is ever shown."""

    __slots__ = ()


class TechnicianKey(Secret):
    """The key of a kiosk's technician codes, 64 hex digits. Nothing of it is ever shown."""

    __slots__ = ()
