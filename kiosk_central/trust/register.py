"""Who a kiosk is, by the certificate it showed: asked at every request, so it must cost little."""

import time
from collections.abc import Callable
from functools import partial

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from kiosk_central.clock import Clock, utc_now
from kiosk_central.people import Kiosk
from kiosk_central.recent import Recent
from kiosk_central.store.engine import read
from kiosk_central.together import Together
from kiosk_central.trust.ca import Issuer
from kiosk_central.trust.identity import Attestations, kiosk_behind, standings


class Register:
    """What is on record is believed for a second; all who are looked up at once share a look."""

    def __init__(
        self,
        engine: Engine,
        issuer: Issuer | None,
        now: Clock = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Know kiosks by certificates of ``issuer``; without one nobody is known.

        ``now`` is the real time, by which certificates go.
        """
        self._issuer, self._now = issuer, now
        self._attestations = Attestations()
        self._recent = Recent(monotonic)
        self._records = Together(
            lambda named: run_in_threadpool(read, engine, partial(standings, wanted=named))
        )

    async def kiosk_behind(self, der: bytes) -> Kiosk:
        """Return the kiosk that a certificate was given to.

        Raises Refused: CERTIFICATE_NEEDED, CERTIFICATE_REVOKED, KIOSK_UNKNOWN; and what the
        database raises.
        """
        shown = self._attestations.read(self._issuer, der)
        standing = await self._recent.recall(shown.named, lambda: self._records.ask(shown.named))
        return kiosk_behind(shown, standing, self._now())

    def forget(self) -> None:
        """Look again at whoever asks next: something was written here."""
        self._recent.forget()
