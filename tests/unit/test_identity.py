"""A kiosk's key and certificate on its disk, through every crash, and without any clock."""

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from kioskd.errors import NoIdentity, ServerContractBroken
from kioskd.relay import safe_file
from kioskd.relay.identity import Identity, Validity
from tests.trust import Trust

NOW = datetime(2026, 11, 22, tzinfo=UTC)


class PowerCut(Exception):
    """Raised where a test cuts the power."""


@pytest.fixture
def trust(tmp_path: Path) -> Trust:
    return Trust(tmp_path / "trust")


def signed(trust: Trust, request: bytes) -> str:
    """Let the CA sign what a kiosk asks for."""
    key = x509.load_der_x509_csr(request).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return trust.issuer.issue(key, "K0123").pem


def is_a_pair(file: Path) -> bool:
    """Tell whether key and certificate in a file belong together."""
    data = file.read_bytes()
    key = load_pem_private_key(data, None)
    return x509.load_pem_x509_certificate(data).public_key() == key.public_key()


@pytest.mark.parametrize("calls", range(12))
def test_a_power_cut_leaves_the_old_pair_or_the_new(
    trust: Trust, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    """At whatever step of asking and accepting it happens, and the next try ends well."""
    folder = tmp_path / "identity"
    identity = Identity(folder)
    identity.accept(signed(trust, identity.request("K0123")))
    left = calls

    def cut_later(name: str) -> None:
        real = getattr(os, name)

        def step(*words: object, **more: object) -> object:
            nonlocal left
            if left == 0:
                raise PowerCut
            left -= 1
            return real(*words, **more)

        monkeypatch.setattr(safe_file.os, name, step)

    with monkeypatch.context():
        for name in ("open", "fsync", "replace"):
            cut_later(name)
        with suppress(PowerCut):
            identity.accept(signed(trust, identity.request("K0123")))
        monkeypatch.undo()
    assert is_a_pair(folder / "identity.pem")
    after = Identity(folder)
    after.accept(signed(trust, after.request("K0123")))
    assert is_a_pair(folder / "identity.pem")
    assert not (folder / "next-key.pem").exists()


def test_after_a_crash_the_same_key_is_asked_for_again(trust: Trust, tmp_path: Path) -> None:
    """So that the centre gives the certificate that it has given already."""
    folder = tmp_path / "identity"
    keys = [
        x509.load_der_x509_csr(Identity(folder).request("K0123")).public_key() for _ in range(2)
    ]
    assert keys[0] == keys[1]
    assert (folder / "next-key.pem").stat().st_mode & 0o777 == 0o600


def test_a_certificate_for_another_key_is_not_taken(trust: Trust, tmp_path: Path) -> None:
    """Nor is nonsense; the present pair stays."""
    identity = Identity(tmp_path / "identity")
    identity.accept(signed(trust, identity.request("K0123")))
    before = identity.file.read_bytes()
    other = Identity(tmp_path / "other").request("K0123")
    identity.request("K0123")
    for pem in (signed(trust, other), "nonsense"):
        with pytest.raises(ServerContractBroken):
            identity.accept(pem)
    assert identity.file.read_bytes() == before


def test_none_or_none_that_can_be_read(tmp_path: Path) -> None:
    """A kiosk that was never enrolled, and one whose file is damaged, have no identity."""
    identity = Identity(tmp_path)
    with pytest.raises(NoIdentity):
        identity.check()
    identity.file.write_text("nonsense")
    with pytest.raises(NoIdentity):
        identity.check()


def test_when_the_next_one_is_due() -> None:
    """At a third of life left, and not before."""
    life = Validity(NOW, NOW + timedelta(days=30))
    assert not life.is_due(NOW + timedelta(days=20) - timedelta(seconds=1))
    assert life.is_due(NOW + timedelta(days=20))
    assert not life.is_over(NOW + timedelta(days=30) - timedelta(seconds=1))
    assert life.is_over(NOW + timedelta(days=30))
