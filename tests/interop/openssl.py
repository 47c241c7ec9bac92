"""Signatures as OpenSSL sees them, from nothing but files."""

from pathlib import Path

from tests.interop.comparison import ran


def verifies_ed25519(folder: Path, public_pem: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether ``openssl pkeyutl`` finds an Ed25519 signature good."""
    for name, data in {"message": message, "signature": signature, "key.pem": public_pem}.items():
        (folder / name).write_bytes(data)
    done = ran(
        "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", folder / "key.pem", "-rawin",
        "-in", folder / "message", "-sigfile", folder / "signature",
    )  # fmt: skip
    return done.returncode == 0
