"""All tables of a centre: whoever needs the whole of ``metadata`` imports it from here."""

from kiosk_central.store import (
    accounts,
    books,
    cabinet,
    cards,
    closing,
    counter,
    documents,
    fleet,
    profiles,
    software,
    technician,
    trust,
    web,
)
from kiosk_central.store.schema import metadata

AREAS = (
    accounts,
    books,
    cabinet,
    cards,
    closing,
    counter,
    documents,
    fleet,
    profiles,
    software,
    technician,
    trust,
    web,
)
"""Modules with tables of their own; those of people are in ``schema``."""

__all__ = ["AREAS", "metadata"]
