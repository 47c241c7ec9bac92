"""The end of a kiosk: nothing is wiped before the centre knows all that the kiosk knew.

Where it stands is kept on the data partition at every step, so that it is taken up again wherever
it was cut: *asked* (the centre may have it on record: it is asked by the reference), *acknowledged*
(wiping is finished at the next boot), *wiped* (the card waits for a new code, or for the bin).
"""

import secrets
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

import msgspec
import trio

from kioskd import log
from kioskd.config import Config
from kioskd.errors import ServerError, ServerRefused
from kioskd.protocols.central_retire import Retired, Retirement
from kioskd.provision.last_word import DELIVERY_LIMIT_S, LastWord, last_word
from kioskd.provision.machine import Machine
from kioskd.provision.places import Places
from kioskd.provision.wiping import wipe
from kioskd.relay.clock import utc_now
from kioskd.relay.line import CentralLine
from kioskd.relay.retire import find_retirement, tell_retirement
from kioskd.relay.safe_file import write_safely

STATE_FILE: Final = "retirement.json"


class Stage(Enum):
    """How far it has come."""

    ASKED = "asked"
    ACKNOWLEDGED = "acknowledged"
    WIPED = "wiped"


@dataclass(frozen=True, slots=True)
class Retiring:
    """A retirement under way."""

    kiosk: str
    ref: str
    by: str
    reason: str
    stage: Stage
    at: str = ""
    """When the centre took it on record; empty if it has not heard of it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the kiosk goes on, and whether a written reason could change that."""

    left: tuple[str, ...]
    final: bool


def retire(
    places: Places,
    machine: Machine,
    config: Config,
    by: str,
    reason: str = "",
    within_s: float = DELIVERY_LIMIT_S,
) -> Retiring | Refusal:
    """End this kiosk, or say what is in the way; ``reason`` goes on though something is open.

    The kiosk's service is stopped, a payment under way is finished first; after a refusal it is
    started again. Raises OSError, JournalDamaged.
    """
    begun = saved(places)
    if begun is None or begun.stage is Stage.ASKED:
        machine.stop_kiosk()
        first = begun or Retiring(config.kiosk.id, secrets.token_hex(16), "", "", Stage.ASKED)
        attempt = _Attempt(places, machine, config, replace(first, by=by, reason=reason))
        try:
            found = attempt.make(within_s, again=begun is not None)
        except BaseException:
            machine.start_kiosk()
            raise
        if isinstance(found, Refusal):
            machine.start_kiosk()
            return found
        begun = found
        _save(places, begun)
    return finish(places, machine, begun)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One try to have a retirement acknowledged."""

    places: Places
    machine: Machine
    config: Config
    begun: Retiring

    def make(self, within_s: float, *, again: bool) -> Retiring | Refusal:
        """Return it acknowledged, or what is in the way."""
        known = self._on_record() if again else None  # the answer may have been lost
        if known is not None:
            return self._acknowledged(known)
        with self.machine.as_kiosk():
            word = trio.run(last_word, self.config, within_s)
        if word.unknown:
            return Refusal((*word.unknown, *word.open), final=True)
        if word.open and not self.begun.reason:
            return Refusal(word.open, final=False)
        if not word.reached:
            return replace(self.begun, stage=Stage.ACKNOWLEDGED)
        _save(self.places, self.begun)
        return self._tell(word)

    def _tell(self, word: LastWord) -> Retiring | Refusal:
        head, begun = word.head, self.begun
        told = Retirement(
            begun.ref, utc_now(), begun.by, head.series, head.seq, head.head, begun.reason
        )
        try:
            with self.machine.as_kiosk():
                known = trio.run(tell_retirement, self._line(), begun.kiosk, told)
        except ServerRefused as refusal:
            (self.places.vault / STATE_FILE).unlink()
            return Refusal((f"the centre refuses: {refusal.detail or refusal.code}",), final=True)
        except ServerError as error:
            found = self._on_record()
            if found is None:
                lost = f"the centre may have it on record ({error.operator_code}): do it again"
                return Refusal((lost,), final=False)
            known = found
        return self._acknowledged(known)

    def _on_record(self) -> Retired | None:
        """Ask the centre by the reference; None if it does not say so."""
        try:
            with self.machine.as_kiosk():
                return trio.run(find_retirement, self._line(), self.begun.kiosk, self.begun.ref)
        except ServerError as error:
            log.event("retirement.not_asked", code=error.operator_code)
            return None

    def _acknowledged(self, known: Retired) -> Retiring:
        return replace(self.begun, stage=Stage.ACKNOWLEDGED, at=known.at)

    def _line(self) -> CentralLine:
        return CentralLine(self.config.central, self.config.kiosk.id)


def finish(places: Places, machine: Machine, begun: Retiring) -> Retiring:
    """Wipe what an acknowledged retirement allows to wipe. Raises OSError."""
    if begun.stage is Stage.ACKNOWLEDGED:
        wipe(places, machine, keep=places.vault / STATE_FILE)
        begun = replace(begun, stage=Stage.WIPED)
        _save(places, begun)
        log.event("retirement.wiped", kiosk=begun.kiosk, ref=begun.ref)
    return begun


def saved(places: Places) -> Retiring | None:
    """Return the retirement that is under way or done, if there is one. Raises OSError."""
    try:
        return msgspec.json.decode((places.vault / STATE_FILE).read_bytes(), type=Retiring)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def begin_anew(places: Places) -> None:
    """Let a wiped card become a kiosk again: it was given a new code. Raises OSError."""
    (places.vault / STATE_FILE).unlink(missing_ok=True)


def _save(places: Places, begun: Retiring) -> None:
    write_safely(places.vault / STATE_FILE, msgspec.json.encode(begun))
