"""What a technician writes on the boot partition: ``kioskd.txt`` and the certificates."""

from kiosk_bench.config_file import OUTLET
from kiosk_bench.image.firmware import BootPartition
from kiosk_bench.image.hardware import HOST, SERIAL_PORTS
from kiosk_bench.trust import KIOSK_ID

SITE_FILE = "kioskd.txt"
REPORT_FILE = "kioskd-report.txt"
KEYS = {"pinpad": "pin_pad", "id-reader": "id_reader", "receipt-printer": "receipt_printer"}


def site_text(code: str, printer: bool, more: dict[str, str] | None = None) -> str:
    """Return the site's file for the bench."""
    said = {
        "kiosk": KIOSK_ID,
        "outlet": OUTLET["zh"],
        "outlet_en": OUTLET["en"],
        "outlet_id": "first-hospital",
        "centre": f"https://{HOST}:8443",
        "code": code,
        "network": "dhcp",
        **({"printer": f"ipp://{HOST}:631/ipp/print"} if printer else {}),
        **{KEYS[name]: f"usb-{port}" for name, port in SERIAL_PORTS.items()},
        # A screen that slides in is drawn many times, each time by an emulated CPU.
        "screen.transitions": "false",
        **(more or {}),
    }
    return "".join(f"{key} = {value}\n" for key, value in said.items())


def write_site(boot: BootPartition, text: str, certificates: dict[str, bytes]) -> None:
    """Put the site's file and the certificates that the kiosk pins on the boot partition."""
    for name, content in certificates.items():
        boot.write(name, content)
    boot.write(SITE_FILE, text.encode("utf-8"))


def report_of(boot: BootPartition) -> str:
    """Return what the kiosk wrote for the technician; empty if nothing."""
    content = boot.read(REPORT_FILE)
    return content.decode("utf-8-sig", "replace") if content else ""
