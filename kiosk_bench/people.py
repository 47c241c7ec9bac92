"""The citizens of the world, as the city's own sample command describes their cards."""

import inspect
from dataclasses import dataclass
from datetime import date
from typing import Any

from kiosk_bench.devices.card_persona import CardPersona
from kiosk_bench.devices.id_card_layouts import IdCardPersona


@dataclass(frozen=True, slots=True)
class CitizenCard:
    """One synthetic citizen with both her cards."""

    key: str
    name: str
    id_number: str
    card_number: str
    card_code: str
    card_version: str
    atr_history: str
    pin: str
    issued: str
    expires: str
    status: str
    internal_key: str

    def persona(self, flaw: str = "") -> CardPersona:
        """Return her social security card, or one with a flaw: cloned, foreign, blank, damaged."""
        card = CardPersona(
            name=self.name,
            id_number=self.id_number,
            number=self.card_number,
            code=self.card_code,
            atr_history=bytes.fromhex(self.atr_history),
            key=bytes.fromhex(self.internal_key),
            pin=self.pin,
            pin_tries=6,
            version=self.card_version,
            issued=date.fromisoformat(self.issued),
            expires=date.fromisoformat(self.expires),
        )
        flawed = {
            "": card,
            "cloned": card.cloned(),
            "foreign": card.foreign(),
            "blank": card.blank(),
            "damaged": card.damaged(),
        }
        return flawed[flaw]

    @property
    def tells(self) -> str:
        """What is special of her, in a sentence."""
        return inspect.getdoc(getattr(People, self.key, None)) or "Nothing is special of her."

    def id_card(self) -> IdCardPersona:
        """Return her resident ID card."""
        return IdCardPersona(self.name, self.id_number, birth=self.id_number[6:14])

    def secrets(self) -> list[tuple[str, str]]:
        """Return what must be found nowhere on the kiosk: kind and text."""
        return [
            ("name", self.name),
            ("ID number", self.id_number),
            ("card number", self.card_number),
            ("card code", self.card_code),
            ("PIN", self.pin),
        ]


@dataclass(frozen=True, slots=True)
class People:
    """Everybody whom stories can send to the kiosk."""

    cards: tuple[CitizenCard, ...]

    @classmethod
    def of(cls, dump: list[dict[str, Any]]) -> "People":
        """Read what ``kiosk-central sample --cards`` wrote."""
        return cls(tuple(CitizenCard(**one) for one in dump))

    def named(self, key: str) -> CitizenCard:
        """Return the citizen with this short name. Raises KeyError."""
        return {card.key: card for card in self.cards}[key]

    def names(self) -> list[str]:
        """Return the short names."""
        return [card.key for card in self.cards]

    @property
    def zhang(self) -> CitizenCard:
        """Flexible employment, two months to pay."""
        return self.named("zhang")

    @property
    def qian(self) -> CitizenCard:
        """Months of pension in arrears; her first month of medical insurance."""
        return self.named("qian")

    @property
    def wang(self) -> CitizenCard:
        """Her card is reported lost."""
        return self.named("wang")

    @property
    def zhao(self) -> CitizenCard:
        """Her card has expired."""
        return self.named("zhao")

    @property
    def li(self) -> CitizenCard:
        """Nothing is the matter with her card."""
        return self.named("li")

    @property
    def chen(self) -> CitizenCard:
        """Reported her card lost yesterday."""
        return self.named("chen")

    @property
    def sun(self) -> CitizenCard:
        """Has a new card that is not activated yet."""
        return self.named("sun")

    def secrets(self) -> list[tuple[str, bytes]]:
        """Return what must be found nowhere, in each coding it could be written in."""
        found: list[tuple[str, bytes]] = []
        for card in self.cards:
            for kind, text in card.secrets():
                codings = {text.encode("utf-8"), text.encode("gb18030"), text.encode("utf-16-le")}
                found += [(f"{kind} of {card.key}", coding) for coding in codings]
        return found
