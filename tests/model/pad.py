"""The PIN pad and the cable.

The cable is first in, first out. A message on it may be lost or doubled, and late against
everything but the messages before and behind it. What is on its way to the PIN pad is there before
a person has put a card in.
"""

from collections.abc import Iterator

from tests.model.world import Charge, Look, Pad, PadKind, World

Step = tuple[str, World]


def spend(world: World) -> World | None:
    """Return the world with one fault less to come, None if none is left."""
    left = world.left
    return world._replace(left=left._replace(faults=left.faults - 1)) if left.faults else None


def quiet(world: World) -> bool:
    """Tell whether nothing is on the cable."""
    return not world.to_pad and not world.from_pad


def pad_steps(kind: PadKind, world: World) -> Iterator[Step]:
    """Yield what PIN pad and cable may do next."""
    if world.to_pad:
        message, rest = world.to_pad[0], world.to_pad[1:]
        yield f"pad hears {message[0]}", _hears(kind, world._replace(to_pad=rest), message)
        if spent := spend(world):
            yield f"{message[0]} is lost", spent._replace(to_pad=rest)
            yield f"{message[0]} is doubled", spent._replace(to_pad=(message, *world.to_pad))
    if world.from_pad and (spent := spend(world)):
        message, rest = world.from_pad[0], world.from_pad[1:]
        yield f"{message[0]} is lost", spent._replace(from_pad=rest)
        yield f"{message[0]} is doubled", spent._replace(from_pad=(message, *world.from_pad))
    yield from _by_itself(kind, world)


def _by_itself(kind: PadKind, world: World) -> Iterator[Step]:
    pad = world.pad
    if pad.mode == "working" and (not world.to_pad or kind.obeys_late_copies):
        yield "bank says yes", _approve(world)
        fate = "stands" if kind.says_no_and_charges else "declined"
        yield "bank says no", _say(_add(world, fate, "idle"), "declined")
    elif pad.mode == "holding":
        patient = world if quiet(world) else spend(world)
        if patient is not None:
            yield "pad waits no longer", _tired(kind, patient)
    elif kind.closes and world.left.closings:
        left = world.left._replace(closings=world.left.closings - 1)
        closed = tuple(it._replace(in_batch=False) for it in pad.charges)
        yield "pad closes its batch", world._replace(pad=pad._replace(charges=closed), left=left)
    if kind.reverses_late and pad.mode == "idle":
        last = pad.charges[-1]
        if last.fate == "stands" and not last.acknowledged:
            yield "pad reverses late", _last_becomes(world, "reversed", "idle")


def _hears(kind: PadKind, world: World, message: tuple[object, ...]) -> World:
    pad = world.pad
    match message:
        case ("charge", int(by), tid):
            if pad.mode != "idle":
                return _say(world, "busy")
            last = pad.charges[-1]
            undoable = last.fate == "stands" and last.in_batch
            if kind.mirrors and undoable and tid == last.receipt - 1:
                world = _last_becomes(world, "reversed", "idle")
            pad = world.pad._replace(mode="working", by=by)
            return _say(world._replace(pad=pad), "taken")
        case ("accept",) if pad.mode == "holding":
            charges = (*pad.charges[:-1], pad.charges[-1]._replace(acknowledged=True))
            return _say(world._replace(pad=pad._replace(mode="idle", charges=charges)), "done")
        case ("refuse",) if pad.mode == "holding":
            return _say(_last_becomes(world, "reversed", "idle"), "declined")
        case ("reverse", int(receipt)):
            return _reverse(world, receipt)
    return world


def _reverse(world: World, receipt: int) -> World:
    if world.pad.mode != "idle":
        return _say(world, "busy")
    charges = world.pad.charges
    for place, charge in enumerate(charges):
        if charge.receipt == receipt and charge.in_batch and charge.fate != "declined":
            undone = charge._replace(fate="reversed")
            changed = (*charges[:place], undone, *charges[place + 1 :])
            return _say(world._replace(pad=world.pad._replace(charges=changed)), "reversed")
    return _say(world, "not possible")


def _approve(world: World) -> World:
    held = _add(world, "stands", "holding")
    return _say(held, "approval", held.pad.charges[-1].receipt)


def _add(world: World, fate: str, mode: str) -> World:
    pad = world.pad
    charge = Charge(pad.by, pad.charges[-1].receipt + 1, fate)
    return world._replace(pad=pad._replace(mode=mode, charges=(*pad.charges, charge)))


def _tired(kind: PadKind, world: World) -> World:
    if kind.keeps or kind.reverses_late:
        return world._replace(pad=world.pad._replace(mode="idle"))
    return _say(_last_becomes(world, "reversed", "idle"), "declined")


def _last_becomes(world: World, fate: str, mode: str) -> World:
    pad = world.pad
    charges = (*pad.charges[:-1], pad.charges[-1]._replace(fate=fate))
    return world._replace(pad=Pad(mode, pad.by, charges))


def _say(world: World, *message: object) -> World:
    return world._replace(from_pad=(*world.from_pad, message))


def status_idle(world: World) -> bool:
    """05 01."""
    return world.pad.mode == "idle"


def last_shown(kind: PadKind, pad: Pad) -> tuple[int, bool] | None:
    """06 20: receipt and whether it is approved."""
    if not kind.repeats:
        return None
    shown = list(pad.charges)
    if kind.hides or kind.shows_reversed_as_good:
        fates = {"stands", "reversed"} if kind.shows_reversed_as_good else {"stands"}
        shown = [charge for charge in shown if charge.fate in fates]
    if kind.shows_older and len(shown) > 1:
        shown.pop()
    if not shown:
        return None
    good = kind.shows_reversed_as_good or shown[-1].fate == "stands"
    return shown[-1].receipt, good


def totals_told(kind: PadKind, pad: Pad) -> tuple[int, int] | None:
    """06 10: count and sum of the open batch, in charges."""
    if not kind.tells_totals:
        return None
    batch = [charge for charge in pad.charges if charge.in_batch and charge.fate != "declined"]
    stands = sum(charge.fate == "stands" for charge in batch)
    if kind.totals_with_reversed:
        return len(batch), len(batch)
    return (2 * len(batch) - stands if kind.counts_reversals else stands), stands


def look_at(kind: PadKind, world: World, seen: tuple[object, ...]) -> tuple[object, ...]:
    """Add the next answer to those ``seen``: status, last transaction, totals, in this order."""
    pad = world.pad
    if not seen:
        return (status_idle(world),)
    if len(seen) == 1:
        return (*seen, last_shown(kind, pad))
    return (*seen, totals_told(kind, pad))


def whole(seen: tuple[object, ...]) -> Look:
    """Return the look that three answers make."""
    return Look(*seen)  # type: ignore[arg-type]
