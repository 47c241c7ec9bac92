"""Files that outlive us: the journal, software bundles and the boot partition, read by others."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from image.filesystems import make_fat
from image.layout import BOOT
from kioskd.domain.payment import PaymentState
from kioskd.protocols.central_books import first_link
from kioskd.protocols.release_signature import believed, read_keys
from kioskd.protocols.software_bundle import HEAD_BYTES, MAGIC, SIGNATURE_BYTES, manifest_length
from tests.fakes import AMOUNT
from tests.interop.comparison import Comparison, ran, told
from tests.interop.openssl import verifies_ed25519
from tests.interop.peers import FSCK_FAT, MTOOLS, OPENSSL, SQLITE, ZSTD
from tests.journals import KIOSK, lent
from tests.updates import NEW, RELEASE_KEY, a_bundle, boot_of, public_pem, root_of

FILES = {"config.txt": b"os_prefix=a/\n", "a/vmlinuz": bytes(range(256)) * 999}
EPOCH = 1_795_312_800


@pytest.mark.interop("the journal's file", SQLITE)
def test_sqlite_s_shell_reads_the_journal(compare: Comparison, tmp_path: Path) -> None:
    """While we hold it: sound, references whole, the same payments and the same money."""
    with lent(tmp_path) as books:
        for number in range(3):
            books.confirmed(18 + number)
        books.declined()
        ask = lambda query: told("sqlite3", "-readonly", books.path, query).strip()
        compare.same("integrity", "ok", ask("PRAGMA integrity_check"))
        compare.same("foreign keys", "", ask("PRAGMA foreign_key_check"))
        fen = ask("SELECT sum(fen) FROM payment WHERE state = 'confirmed'")
        compare.same("confirmed fen", 3 * AMOUNT.fen, int(fen))
        (entries,) = books.store.read("SELECT count(*) FROM entry")
        compare.same("entries", entries[0], int(ask("SELECT count(*) FROM entry")))
        unknown = ask(f"SELECT count(*) FROM payment WHERE state = '{PaymentState.UNKNOWN.value}'")
        compare.same("unknown payments", "0", unknown)
    data = bytearray(books.path.read_bytes())
    page = int.from_bytes(data[16:18], "big")
    data[page : page + 512] = bytes(512)
    books.path.write_bytes(data)
    check = ran("sqlite3", "-readonly", books.path, "PRAGMA integrity_check")
    compare.refused("a page of zeros", check.stdout.strip() != b"ok")


@pytest.mark.interop("the journal's chain", SQLITE, OPENSSL)
def test_the_chain_holds_for_openssl(compare: Comparison, tmp_path: Path) -> None:
    """Each link is SHA-256 of the link before and SHA-256 of the body, reckoned by OpenSSL."""
    with lent(tmp_path) as books:
        books.confirmed()
        query = "SELECT hex(body), hex(link) FROM entry ORDER BY seq"
        rows = told("sqlite3", "-readonly", books.path, query).split()
        before = first_link(KIOSK, books.store.series)
    for number, row in enumerate(rows, start=1):
        body, link = map(bytes.fromhex, row.split("|"))
        before = _digest(before + _digest(body))
        compare.same(f"link {number}", link, before)
    compare.same("entries of a payment", 3, len(rows))


@pytest.mark.interop("software bundles", ZSTD, OPENSSL)
def test_zstd_unpacks_and_openssl_verifies_a_bundle(compare: Comparison, tmp_path: Path) -> None:
    """By offsets alone: every piece unpacks to what its hash says; the release key has signed."""
    data = a_bundle(tmp_path).read_bytes()
    read = lambda start, count: data[start : start + count]
    bundle = believed(read, read_keys(public_pem(RELEASE_KEY)))
    end = HEAD_BYTES + manifest_length(data[:HEAD_BYTES])
    manifest, signature = data[HEAD_BYTES:end], data[end : end + SIGNATURE_BYTES]
    key = public_pem(RELEASE_KEY)
    compare.same("signature", True, verifies_ed25519(tmp_path, key, MAGIC + manifest, signature))
    changed = MAGIC + manifest.replace(NEW.encode(), b"9.9.9")
    compare.refused("its version", not verifies_ed25519(tmp_path, key, changed, signature))
    at, whole = end + SIGNATURE_BYTES, {}
    for part in json.loads(manifest)["parts"]:
        plain = b""
        for piece in part["pieces"]:
            packed = data[at : at + piece["packed"]]
            plain += ran("zstd", "--decompress", "--stdout", data=packed).stdout
            at += piece["packed"]
        whole[part["name"]] = plain
    compare.same("size", bundle.size, at)
    meant = {f"boot/{name}": content for name, content in boot_of(NEW).items()}
    for name, content in {**meant, "rootfs": root_of(NEW)}.items():
        compare.same(name, sha256(content).hexdigest(), sha256(whole[name]).hexdigest())


@pytest.mark.interop("the boot partition", FSCK_FAT, MTOOLS)
def test_the_boot_partition_is_sound(compare: Comparison, tmp_path: Path) -> None:
    """The check of dosfstools finds nothing; mtools reads label and files back."""
    for name, content in FILES.items():
        (tmp_path / "boot" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "boot" / name).write_bytes(content)
    image = tmp_path / "boot.img"
    make_fat(tmp_path / "boot", image, BOOT, EPOCH)
    check = ran("fsck.fat", "-n", image)
    compare.same("sound", 0, check.returncode)
    listed = told("mdir", "-i", image, "-b", "-/", "::").split()
    compare.same("files", sorted(f"::/{name}" for name in FILES), sorted(
        name for name in listed if not name.endswith("/")))  # fmt: skip
    for name, content in FILES.items():
        got = ran("mtype", "-i", image, f"::/{name}").stdout
        compare.same(name, content, got)
    compare.same("label", True, BOOT.label in told("mdir", "-i", image, "::"))
    with image.open("r+b") as file:
        file.seek(BOOT_FAT_AT)
        file.write(bytes(4096))
    compare.refused("the first allocation table", ran("fsck.fat", "-n", image).returncode != 0)


BOOT_FAT_AT = 32 * 512
"""Where mkfs.vfat puts the first allocation table: behind its 32 reserved sectors."""


def _digest(data: bytes) -> bytes:
    return ran("openssl", "dgst", "-sha256", "-binary", data=data).stdout
