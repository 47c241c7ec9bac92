"""The end of a kiosk: nothing is wiped before the centre knows all that the kiosk knew.

Where it stands is kept on the data partition at every step, so that it is taken up again wherever
it was cut: *asked* (the centre may have it on record: it is asked by the reference), *acknowledged*
(wiping is finished at the next boot), *wiped* (the card waits for a new code, or for the bin).
"""

import secrets
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Final

import msgspec
import trio

from kioskd import log
from kioskd.config import Config
from kioskd.errors import ServerError, ServerRefused
from kioskd.protocols.central_retire import Retired, Retirement
from kioskd.provision.last_word import DELIVERY_LIMIT_S, LastWord, last_word
from kioskd.provision.machine import Machine
from kioskd.provision.made_files import make_folder, write_made
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

    As root the kiosk's service is stopped, a payment under way is finished first, and after a
    refusal it is started again. As the kiosk's own account this is the unit's to do, and so is the
    wiping: the next boot does it. Raises OSError, JournalDamaged.
    """
    file = Path(config.kiosk.state_dir) / STATE_FILE
    begun = _read(file)
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


def tell_refusal(places: Places, refusal: Refusal) -> None:
    """Keep why it goes on, for the report. Raises OSError."""
    make_folder(places.not_retired.parent)
    write_made(places.not_retired, msgspec.json.encode(refusal))


def told_refusal(places: Places) -> Refusal | None:
    """Return why it goes on, if it was to be retired since power-on."""
    try:
        return msgspec.json.decode(places.not_retired.read_bytes(), type=Refusal)
    except (OSError, msgspec.DecodeError):
        return None


def finish(places: Places, machine: Machine, begun: Retiring) -> Retiring:
    """Wipe what an acknowledged retirement allows to wipe. Raises OSError."""
    if begun.stage is Stage.ACKNOWLEDGED:
        wipe(places, machine, keep=places.state / STATE_FILE)
        begun = replace(begun, stage=Stage.WIPED)
        _save(places.state / STATE_FILE, begun)
        log.event("retirement.wiped", kiosk=begun.kiosk, ref=begun.ref)
    return begun


def saved(places: Places) -> Retiring | None:
    """Return the retirement that is under way or done, if there is one. Raises OSError."""
    return _read(places.state / STATE_FILE)


def begin_anew(places: Places) -> None:
    """Let a wiped card become a kiosk again: it was given a new code. Raises OSError."""
    (places.state / STATE_FILE).unlink(missing_ok=True)


def _read(file: Path) -> Retiring | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Retiring)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _save(file: Path, begun: Retiring) -> None:
    write_safely(file, msgspec.json.encode(begun))


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
        _save(self.file, self.begun)
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
        _save(self.file, done)
        return done

    def _line(self) -> CentralLine:
        return CentralLine(self.config.central, self.config.kiosk.id)
