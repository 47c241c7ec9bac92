"""The health board: what is wrong with which part right now, and a way to wait for a change."""

from collections.abc import Callable, Mapping

import trio

from kioskd import log
from kioskd.domain.trouble import Trouble

POLL_INTERVAL_S = 0.5


class HealthBoard:
    """Asks each part for its trouble; parts go by role: ``card_reader``, ``central``."""

    def __init__(self, parts: Mapping[str, Callable[[], Trouble | None]]) -> None:
        self._parts = parts
        self._seen: dict[str, Trouble | None] = {}

    def trouble_of(self, *roles: str) -> Trouble | None:
        """Return the first trouble among these parts, or None if all are well."""
        for role in roles:
            trouble = self._parts[role]()
            if trouble is not None:
                return trouble
        return None

    def troubles(self) -> dict[str, Trouble]:
        """Return every part that is in trouble."""
        asked = {role: ask() for role, ask in self._parts.items()}
        return {role: trouble for role, trouble in asked.items() if trouble is not None}

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
