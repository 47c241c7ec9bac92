"""What runs here, and whether a bundle may take its place."""

from kioskd.errors import UpdateFault, UpdateRefused
from kioskd.protocols.release_signature import Keys, Read, believed, read_keys
from kioskd.protocols.software_bundle import Bundle, Manifest, version_key
from kioskd.update.slots import Machine, Release, running_release


def pinned_keys(machine: Machine) -> Keys:
    """Return the release keys of this image. Raises UpdateRefused(STRANGER)."""
    try:
        return read_keys(machine.release_keys.read_bytes())
    except OSError as error:
        raise UpdateRefused(UpdateFault.STRANGER, f"pinned keys: {error.strerror}") from None


def acceptable(read: Read, machine: Machine) -> Bundle:
    """Return a bundle that may be installed here. Raises UpdateRefused, and as ``read``."""
    bundle = believed(read, pinned_keys(machine))
    check_fits(bundle.manifest, running_release(machine.os_release))
    return bundle


def check_fits(manifest: Manifest, running: Release) -> None:
    """Raise UpdateRefused for another machine's bundle, and for one that is not newer."""
    if manifest.compatible != running.compatible:
        raise UpdateRefused(UpdateFault.OTHER_MACHINE, manifest.compatible)
    newer = version_key(manifest.version) > version_key(running.version)
    if not newer and running.version not in manifest.may_replace:
        detail = f"{manifest.version} over {running.version}"
        raise UpdateRefused(UpdateFault.OLDER, detail)
