"""The bundle's format: what is signed, what is refused, how versions are ordered."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from image.bundle import main as bundle_program
from kioskd.errors import UpdateFault, UpdateRefused
from kioskd.protocols.central import decode, encode
from kioskd.protocols.release_signature import Read, believed, check_release, read_keys, sign
from kioskd.protocols.software_bundle import (
    HEAD_BYTES,
    MAGIC,
    PIECE_BYTES,
    Manifest,
    head_of,
    manifest_length,
    read_manifest,
    version_key,
)
from kioskd.update.bundle_source import from_file
from kioskd.update.install import piece_at
from tests.updates import LINE_OF_A, NEW, RELEASE_KEY, a_bundle, boot_of, public_pem, root_of

KEYS = read_keys(public_pem(RELEASE_KEY))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_bundle(tmp_path_factory.mktemp("bundle"))


def of_bytes(data: bytes) -> Read:
    return lambda offset, size: data[offset : offset + size]


def test_what_went_in_comes_out(bundle: Path) -> None:
    """Every part is there whole, found piece by piece at its offset."""
    read = from_file(bundle)
    found = believed(read, KEYS)
    parts = {
        part.name: b"".join(piece_at(read, place) for place in found.placed(part))
        for part in found.manifest.parts
    }
    boot = {f"boot/{name}": data for name, data in boot_of(NEW).items()}
    assert parts == {"rootfs": root_of(NEW), **boot}
    assert found.size == bundle.stat().st_size


def test_each_slot_has_its_command_line(bundle: Path) -> None:
    """Slot b's names the other partition and itself, and is otherwise the same."""
    lines = believed(from_file(bundle), KEYS).manifest.command_lines
    assert lines["a"] == LINE_OF_A.strip()
    assert lines["b"] == lines["a"].replace("-02", "-03").replace("slot=a", "slot=b")


def test_the_same_inputs_give_the_same_bytes(bundle: Path, tmp_path: Path) -> None:
    """Whoever builds a release again can compare it."""
    assert a_bundle(tmp_path).read_bytes() == bundle.read_bytes()


def test_only_pinned_keys_are_believed(bundle: Path) -> None:
    """Another key's bundle is a stranger's; either of two pinned keys will do, for an exchange."""
    other = Ed25519PrivateKey.generate()
    with pytest.raises(UpdateRefused) as refused:
        believed(from_file(bundle), read_keys(public_pem(other)))
    assert refused.value.fault is UpdateFault.STRANGER
    for pinned in (public_pem(other, RELEASE_KEY), public_pem(RELEASE_KEY, other)):
        assert believed(from_file(bundle), read_keys(pinned)).manifest.version == NEW


@pytest.mark.parametrize("pem", [b"", b"nonsense", public_pem(RELEASE_KEY)[:-40]])
def test_without_a_pinned_key_nothing_is_believed(pem: bytes) -> None:
    """An image that was built without a key takes no bundle at all."""
    with pytest.raises(UpdateRefused) as refused:
        read_keys(pem)
    assert refused.value.fault is UpdateFault.STRANGER


@given(st.data())
def test_a_changed_head_is_refused(bundle: Path, data: st.DataObject) -> None:
    """Any bit of length, manifest or signature: what comes is not what was signed."""
    read = from_file(bundle)
    length = manifest_length(read(0, HEAD_BYTES))
    whole = bytearray(read(0, HEAD_BYTES + length + 64))
    at = data.draw(st.integers(0, HEAD_BYTES + length + 63))
    whole[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(UpdateRefused) as refused:
        believed(of_bytes(bytes(whole)), KEYS)
    assert refused.value.fault in (UpdateFault.NO_BUNDLE, UpdateFault.STRANGER)


@given(st.binary(max_size=200))
def test_nonsense_is_no_bundle(data: bytes) -> None:
    """Bytes that only begin as one end in a named refusal too."""
    for whole in (data, MAGIC + data, head_of(data, bytes(64))):
        with pytest.raises(UpdateRefused):
            believed(of_bytes(whole), KEYS)


def _changed(bundle: Path, old: bytes, new: bytes) -> bytes:
    """Return a manifest with other content, signed all the same."""
    whole = bundle.read_bytes()
    manifest = whole[HEAD_BYTES : HEAD_BYTES + manifest_length(whole[:HEAD_BYTES])]
    assert old in manifest
    return manifest.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"boot/vmlinuz", b"boot/../config.txt"),
        (b"boot/vmlinuz", b"boot/.hidden"),
        (b"boot/vmlinuz", b"boot//vmlinuz"),
        (b"boot/vmlinuz", b"boot/a/b/c"),
        (b"boot/vmlinuz", b"boot/cmdline.txt"),
        (b"boot/vmlinuz", b"boot/initrd.img"),
        (b"boot/vmlinuz", b"/dev/mem"),
        (b'"rootfs"', b'"boot/root"'),
        (b'"0.2.0"', b'"0.2"'),
        (b'"0.2.0"', b'"00.2.0"'),
        (b'"0.2.0"', b'"../0.2.0"'),
        (b'"kioskd-test"', b'"kioskd test"'),
        (b'"b":', b'"c":'),
        (b'"size":4194304', b'"size":9194304'),
        (b'"size":4194304', b'"size":-1'),
    ],
)
def test_a_manifest_that_breaks_a_rule_is_refused(bundle: Path, old: bytes, new: bytes) -> None:
    """Even signed: no name leads out of the slot's folder, and no number promises what is not."""
    with pytest.raises(UpdateRefused) as refused:
        read_manifest(_changed(bundle, old, new))
    assert refused.value.fault is UpdateFault.NO_BUNDLE


def test_a_signature_is_for_bundles_only(bundle: Path) -> None:
    """The same bytes signed as something else are not believed."""
    manifest = encode(decode(_changed(bundle, b'"0.2.0"', b'"0.3.0"'), Manifest))
    check_release(KEYS, manifest, sign(RELEASE_KEY, manifest))
    with pytest.raises(UpdateRefused):
        check_release(KEYS, manifest, RELEASE_KEY.sign(manifest))


def test_versions_are_ordered_by_number() -> None:
    """Ten comes after nine; a revision of an image comes after the image."""
    ordered = ["0.9.0", "0.10.0", "0.10.0-1", "0.10.0-12", "0.10.1", "1.0.0"]
    mixed = [ordered[at] for at in (3, 0, 5, 2, 4, 1)]
    assert sorted(mixed, key=version_key) == ordered


@pytest.mark.parametrize(
    "text", ["", "1", "1.2", "1.2.3.4", "1.2.3-0", "1.2.3a", "v1.2.3", " 1.2.3"]
)
def test_what_is_no_version(text: str) -> None:
    """One form and no other, so that two texts never mean the same version."""
    with pytest.raises(UpdateRefused):
        version_key(text)


def test_a_damaged_piece_is_not_unpacked(bundle: Path) -> None:
    """Its packed bytes are checked first."""
    whole = bytearray(bundle.read_bytes())
    whole[-1] ^= 1
    read = of_bytes(bytes(whole))
    found = believed(read, KEYS)
    *_, last = found.placed(found.manifest.root)
    with pytest.raises(UpdateRefused) as refused:
        piece_at(read, last)
    assert refused.value.fault is UpdateFault.DAMAGED
    assert last.start == 3 * PIECE_BYTES


def test_the_program_makes_keys_and_bundles(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The secret half is only the owner's; a command line without a slot is refused by name."""
    a_bundle(tmp_path)
    key, out = tmp_path / "release.pem", tmp_path / "made.bundle"
    assert bundle_program(["key", "--out", str(key)]) == 0
    assert key.stat().st_mode & 0o777 == 0o600
    boot = tmp_path / f"boot-{NEW}"
    words = ["make", "--rootfs", str(tmp_path / f"root-{NEW}"), "--boot", str(boot)]
    words += ["--compatible", "x", "--key", str(key), "--out", str(out), "--version"]
    assert bundle_program([*words, "1.0.0"]) == 0
    pinned = read_keys(key.with_suffix(".pub.pem").read_bytes())
    assert believed(from_file(out), pinned).manifest.version == "1.0.0"
    assert bundle_program([*words, "1.0"]) == 1
    assert "U-02" in capsys.readouterr().err
    (boot / "cmdline.txt").write_text("root=/dev/sda1\n")
    with pytest.raises(SystemExit, match="not in it"):
        bundle_program([*words, "1.0.0"])
