"""What a kiosk believes of a region pack, and what nobody can make it believe."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from flow_world import REGION
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk_central.trust.ca import (
    PACK_SIGNER_DAYS,
    SERVER_FILE,
    SERVER_KEY_FILE,
    FolderIssuer,
    make_authority,
)
from kiosk_central.trust.packs import PackSigner
from kioskd.errors import PackFault, PackNotBelieved
from kioskd.protocols.central import ServerTime, decode, encode
from kioskd.protocols.central_pack import PackProof, PackStatement, SignedPack
from kioskd.relay.pack_check import AHEAD_MAX, BelievedPack
from tests.packs import KIOSK, OTHER_KIOSK, SINCE, PackOffice

LATER = SINCE + timedelta(seconds=1)
NEWER = replace(REGION, version=REGION.version + 1)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> PackOffice:
    return PackOffice(tmp_path_factory.mktemp("centre"))


@pytest.fixture(scope="module")
def sent(office: PackOffice) -> SignedPack:
    """Return one pack for the whole module: no two signatures are the same."""
    return office.sign(REGION)


def fault(office: PackOffice, signed: SignedPack, held: BelievedPack | None = None) -> PackFault:
    """Return why a pack that has just come is not believed."""
    with pytest.raises(PackNotBelieved) as refused:
        office.checker().fresh(signed, held)
    return refused.value.fault


def by_key(key: ec.EllipticCurvePrivateKey, statement: bytes, certificate: bytes) -> PackProof:
    return PackProof(statement, key.sign(statement, ec.ECDSA(SHA256())), certificate)


def restated(office: PackOffice, signed: SignedPack, statement: bytes) -> SignedPack:
    """Return what a centre would send that signed another statement, by a key of its CA."""
    key = ec.generate_private_key(ec.SECP256R1())
    given = FolderIssuer(office.folder).issue_pack_signer(key.public_key())
    return replace(signed, proof=by_key(key, statement, der(given.pem)))


def der(pem: str) -> bytes:
    return x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)


def test_what_the_centre_signed_for_this_kiosk_is_believed(office: PackOffice) -> None:
    """With what was said of it; the bytes are those that came."""
    signed = office.sign(REGION)
    found = office.checker().fresh(signed, None)
    assert (found.pack, found.signed) == (REGION, signed)
    assert found.statement.edition == int(SINCE.timestamp())
    assert office.checker().kept(signed) == found


@settings(max_examples=60)
@given(data=st.data())
def test_no_byte_may_be_another(office: PackOffice, sent: SignedPack, data: st.DataObject) -> None:
    """Of the pack, the statement, the signature or the certificate: it is never believed."""
    signed = sent
    part = data.draw(st.sampled_from(["body", "statement", "signature", "certificate"]))
    before = signed.body if part == "body" else getattr(signed.proof, part)
    at, flip = data.draw(st.integers(0, len(before) - 1)), data.draw(st.integers(1, 255))
    after = before[:at] + bytes([before[at] ^ flip]) + before[at + 1 :]
    changed = (
        replace(signed, body=after)
        if part == "body"
        else replace(signed, proof=replace(signed.proof, **{part: after}))
    )
    expected = {
        "body": {PackFault.OTHER_BYTES},
        "statement": {PackFault.BROKEN_SIGNATURE},
        "signature": {PackFault.BROKEN_SIGNATURE},
        "certificate": {PackFault.STRANGER},
    }
    assert fault(office, changed) in expected[part]


def test_a_cut_or_longer_pack_is_not_believed(office: PackOffice) -> None:
    """Nothing is taken away, nothing put behind."""
    signed = office.sign(REGION)
    for body in (signed.body[:-1], signed.body + b" ", b""):
        assert fault(office, replace(signed, body=body)) is PackFault.OTHER_BYTES


def test_the_key_of_another_ca_is_a_stranger(office: PackOffice, tmp_path: Path) -> None:
    """Even one that calls itself by the same name."""
    signed = PackOffice(tmp_path / "another").sign(REGION)
    assert fault(office, signed) is PackFault.STRANGER


def test_a_key_of_the_ca_for_something_else_is_a_stranger(office: PackOffice) -> None:
    """Neither the server's own key nor a kiosk's can sign packs; nor the CA's own certificate."""
    statement = office.sign(REGION).proof.statement
    server = load_pem_private_key((office.folder / SERVER_KEY_FILE).read_bytes(), None)
    kiosk = ec.generate_private_key(ec.SECP256R1())
    ca = load_pem_private_key((office.folder / "ca.key").read_bytes(), None)
    assert isinstance(server, ec.EllipticCurvePrivateKey)
    assert isinstance(ca, ec.EllipticCurvePrivateKey)
    issued = FolderIssuer(office.folder).issue(kiosk.public_key(), KIOSK).pem
    keys = (
        (server, (office.folder / SERVER_FILE).read_text()),
        (kiosk, issued),
        (ca, office.ca.read_text()),
    )
    for key, pem in keys:
        signed = SignedPack(encode(REGION), by_key(key, statement, der(pem)))
        assert fault(office, signed) is PackFault.STRANGER


def test_a_certificate_that_is_over_signs_nothing_new(
    office: PackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stolen key is good for a week; what was kept from then is still shown."""
    past = datetime.now(UTC) - timedelta(days=PACK_SIGNER_DAYS + 1)
    with monkeypatch.context() as patched:
        patched.setattr("kiosk_central.trust.ca.utc_now", lambda: past)
        signer = PackSigner(FolderIssuer(office.folder), lambda: past)
        old = replace(office, folder=office.folder)
        old.signer = signer
        signed = old.sign(REGION)
    assert fault(office, signed) is PackFault.STRANGER
    assert office.checker().kept(signed).pack == REGION


def test_without_the_pinned_ca_nothing_is_believed(office: PackOffice, tmp_path: Path) -> None:
    """A file that is missing or no certificate is an answer too."""
    signed = office.sign(REGION)
    lost = PackOffice(tmp_path / "lost")
    for damage in (lambda file: file.write_text("no certificate"), lambda file: file.unlink()):
        damage(lost.ca)
        assert fault(lost, signed) is PackFault.STRANGER


def test_another_kiosks_pack_is_not_ours(office: PackOffice) -> None:
    """The canary's pack does not reach the others by somebody who carries it there."""
    assert fault(office, office.sign(REGION, kiosk=OTHER_KIOSK)) is PackFault.ANOTHER_KIOSK


@pytest.mark.parametrize(
    "other",
    [
        lambda statement: encode(replace(statement, kind="kiosk receipt")),
        lambda statement: encode(ServerTime("2026-11-22T02:00:00Z")),
        lambda statement: b"\x01\x02\x03",
        lambda statement: b"",
    ],
    ids=["another-kind", "another-type", "no-json", "nothing"],
)
def test_a_signature_of_something_else_proves_no_pack(
    office: PackOffice, other: Callable[[PackStatement], bytes]
) -> None:
    """Whatever else the centre may ever sign by such a key says so in what is signed."""
    signed = office.sign(REGION)
    statement = other(decode(signed.proof.statement, PackStatement))
    assert fault(office, restated(office, signed, statement)) is PackFault.ANOTHER_KIND


def test_an_older_pack_is_not_played_back(office: PackOffice) -> None:
    """Soundly signed, for this kiosk, of last week: the newer one stays."""
    held = office.believed(NEWER, LATER)
    assert fault(office, office.sign(REGION, SINCE), held) is PackFault.OLDER


def test_going_back_to_a_lower_version_is_newer_all_the_same(office: PackOffice) -> None:
    """An operator who rolls back is obeyed: the edition counts, not the version."""
    held = office.believed(NEWER, SINCE)
    assert office.checker().fresh(office.sign(REGION, LATER), held).pack == REGION


def test_the_same_pack_from_a_server_that_ran_before_is_no_step_back(office: PackOffice) -> None:
    """Several servers are started at several times."""
    held = office.believed(REGION, LATER)
    assert office.checker().fresh(office.sign(REGION, SINCE), held).pack == REGION


def test_a_day_that_has_not_come_is_not_believed(office: PackOffice) -> None:
    """Else one wrong clock at the centre would make every later pack look old."""
    soon, far = (datetime.now(UTC) + AHEAD_MAX + one for one in (-timedelta(1), timedelta(1)))
    assert office.checker().fresh(office.sign(REGION, soon), None).pack == REGION
    assert fault(office, office.sign(REGION, far)) is PackFault.AHEAD


def test_what_was_signed_must_be_a_pack_of_that_version(office: PackOffice) -> None:
    """A centre of another contract is told apart from a forger."""
    assert fault(office, office.sign_bytes(b"{}", 1)) is PackFault.NOT_READABLE
    other = office.sign_bytes(encode(REGION), REGION.version + 1)
    assert fault(office, other) is PackFault.NOT_READABLE


def test_a_server_changes_its_key_in_good_time(tmp_path: Path) -> None:
    """Another key when a third of the week is left, or at another start; all are believed."""
    issuer = make_authority(tmp_path / "centre", ["127.0.0.1"])
    now = datetime.now(UTC)
    office = PackOffice(tmp_path / "centre")
    office.signer = PackSigner(issuer, lambda: now)
    first, again = office.sign(REGION), office.sign(REGION)
    assert first.proof.certificate == again.proof.certificate
    now += timedelta(days=PACK_SIGNER_DAYS) * 0.7
    third = office.sign(REGION)
    office.signer = PackSigner(issuer)
    keys = {one.proof.certificate for one in (first, third, office.sign(REGION))}
    assert len(keys) == 3
    for one in (first, third):
        assert office.checker().fresh(one, None).pack == REGION
