"""Ending a kiosk: its last word to the centre, and what is in the way.

Runs as the kiosk's own account. What every boot needs of it is in ``retirement``.
"""

import secrets
from dataclasses import dataclass, replace
from pathlib import Path

import trio

from kioskd import log
from kioskd.config import Config
from kioskd.errors import ServerError, ServerRefused
from kioskd.protocols.central_retire import Retired, Retirement
from kioskd.provision.last_word import DELIVERY_LIMIT_S, LastWord, last_word
from kioskd.provision.machine import Machine
from kioskd.provision.places import Places
from kioskd.provision.retirement import (
    STATE_FILE,
    Refusal,
    Retiring,
    Stage,
    finish,
    read_state,
    save_state,
)
from kioskd.relay.clock import utc_now
from kioskd.relay.line import CentralLine
from kioskd.relay.retire import find_retirement, tell_retirement


def retire(
    places: Places,
    machine: Machine,
    config: Config,
    by: str,
    reason: str = "",
    within_s: float = DELIVERY_LIMIT_S,
) -> Retiring | Refusal:
    """End this kiosk, or say what is in the way; ``reason`` goes on though something is open.

    As root the kiosk's service is stopped, a payment under way is finished first, and after a
    refusal it is started again. As the kiosk's own account this is the unit's to do, and so is the
    wiping: the next boot does it. Raises OSError, JournalDamaged.
    """
    file = Path(config.kiosk.state_dir) / STATE_FILE
    begun = read_state(file)
    if begun is None or begun.stage is Stage.ASKED:
        first = begun or Retiring(config.kiosk.id, secrets.token_hex(16), "", "", Stage.ASKED)
        attempt = _Attempt(file, config, replace(first, by=by, reason=reason))
        found = _attempted(machine, attempt, within_s, again=begun is not None)
        if isinstance(found, Refusal):
            return found
        begun = found
    return finish(places, machine, begun) if machine.is_root() else begun


def _attempted(
    machine: Machine, attempt: "_Attempt", within_s: float, *, again: bool
) -> Retiring | Refusal:
    """Try while the kiosk stands still; whatever is no end of it starts it again."""
    if not machine.is_root():
        return attempt.make(within_s, again=again)
    machine.stop_kiosk()
    try:
        with machine.as_kiosk():
            found = attempt.make(within_s, again=again)
    except BaseException:
        machine.start_kiosk()
        raise
    if isinstance(found, Refusal):
        machine.start_kiosk()
    return found


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One try to have a retirement acknowledged, as the kiosk's account."""

    file: Path
    config: Config
    begun: Retiring

    def make(self, within_s: float, *, again: bool) -> Retiring | Refusal:
        """Return it acknowledged, or what is in the way."""
        known = self._on_record() if again else None  # the answer may have been lost
        if known is not None:
            return self._acknowledged(known.at)
        word = trio.run(last_word, self.config, within_s)
        if word.unknown:
            return Refusal((*word.unknown, *word.open), final=True)
        if word.open and not self.begun.reason:
            return Refusal(word.open, final=False)
        if not word.reached:
            return self._acknowledged("")
        save_state(self.file, self.begun)
        return self._tell(word)

    def _tell(self, word: LastWord) -> Retiring | Refusal:
        head, begun = word.head, self.begun
        told = Retirement(
            begun.ref, utc_now(), begun.by, head.series, head.seq, head.head, begun.reason
        )
        try:
            known = trio.run(tell_retirement, self._line(), begun.kiosk, told)
        except ServerRefused as refusal:
            self.file.unlink()
            return Refusal((f"the centre refuses: {refusal.detail or refusal.code}",), final=True)
        except ServerError as error:
            found = self._on_record()
            if found is None:
                lost = f"the centre may have it on record ({error.operator_code}): do it again"
                return Refusal((lost,), final=False)
            known = found
        return self._acknowledged(known.at)

    def _on_record(self) -> Retired | None:
        """Ask the centre by the reference; None if it does not say so."""
        try:
            return trio.run(find_retirement, self._line(), self.begun.kiosk, self.begun.ref)
        except ServerError as error:
            log.event("retirement.not_asked", code=error.operator_code)
            return None

    def _acknowledged(self, at: str) -> Retiring:
        """Keep, and return, that it may be wiped; ``at`` is empty if the centre was not told."""
        done = replace(self.begun, stage=Stage.ACKNOWLEDGED, at=at)
        save_state(self.file, done)
        return done

    def _line(self) -> CentralLine:
        return CentralLine(self.config.central, self.config.kiosk.id)
