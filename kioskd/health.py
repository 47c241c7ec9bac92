"""The health board: what is wrong with which part right now, and a way to wait for a change."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import trio

from kioskd import log
from kioskd.domain.trouble import Trouble

POLL_INTERVAL_S = 0.5


class HealthBoard:
    """Asks each part for its trouble; parts go by role: ``card_reader``, ``central``."""

    def __init__(
        self,
        parts: Mapping[str, Callable[[], Trouble | None]],
        ticket: Callable[[str, str], str] = lambda _role, _code: "",
    ) -> None:
        """``ticket`` says under which number a trouble (its role, its code) is dealt with."""
        self._parts, self._ticket = parts, ticket
        self._seen: dict[str, Trouble | None] = {}

    def trouble_of(self, *roles: str) -> Trouble | None:
        """Return the first trouble among these parts, or None if all are well."""
        for role in roles:
            trouble = self._asked(role)
            if trouble is not None:
                return trouble
        return None

    def all(self) -> dict[str, Trouble | None]:
        """Return every part with its trouble, None where it is well."""
        return {role: self._asked(role) for role in self._parts}

    def troubles(self) -> dict[str, Trouble]:
        """Return every part that is in trouble."""
        return {role: trouble for role, trouble in self.all().items() if trouble is not None}

    def tickets(self) -> tuple[str, ...]:
        """Return the numbers of all tickets that are open for this kiosk's troubles."""
        found = {trouble.ticket for trouble in self.troubles().values() if trouble.ticket}
        return tuple(sorted(found))

    def _asked(self, role: str) -> Trouble | None:
        trouble = self._parts[role]()
        if trouble is None:
            return None
        return replace(trouble, ticket=self._ticket(role, trouble.code))

    async def changed(self) -> None:
        """Return when any part's trouble has come, gone or changed."""
        before = self.troubles()
        while self.troubles() == before:
            await trio.sleep(POLL_INTERVAL_S)

    async def run(self) -> None:
        """Log every change of health."""
        while True:
            for role, ask in self._parts.items():
                trouble = ask()
                if role in self._seen and self._seen[role] == trouble:
                    continue
                self._seen[role] = trouble
                _log_change(role, trouble)
            await trio.sleep(POLL_INTERVAL_S)


def _log_change(role: str, trouble: Trouble | None) -> None:
    if trouble is None:
        log.event("health.well", part=role)
    else:
        log.warning("health.trouble", part=role, reason=trouble.reason, code=trouble.code)
