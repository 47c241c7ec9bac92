"""The network as systemd-networkd and wpa_supplicant want it told. Wired always, Wi-Fi if asked."""

import hashlib
from collections.abc import Mapping
from typing import Final

from kioskd.provision.site_file import Site
from kioskd.provision.site_keys import addresses_in

WIRED_FILE: Final = "50-kiosk-wired.network"
WIFI_FILE: Final = "50-kiosk-wifi.network"
PSK_ROUNDS: Final = 4096
"""IEEE 802.11i, annex H.4: PBKDF2-SHA1 with the network's name as salt, 32 bytes."""
_WIRED_METRIC, _WIFI_METRIC = 100, 600


def network_files(site: Site) -> dict[str, str]:
    """Return the files of systemd-networkd by their names; a fixed address goes to the way used.

    That is Wi-Fi where the file names one, else the wire; the other has DHCP.
    """
    by_wifi = "wifi" in site.values
    files = {WIRED_FILE: _network("ether", None if by_wifi else site, _WIRED_METRIC)}
    if by_wifi:
        files[WIFI_FILE] = _network("wlan", site, _WIFI_METRIC)
    return files


def wifi_file(site: Site, secrets: Mapping[str, str]) -> str | None:
    """Return the file of wpa_supplicant, or None where no Wi-Fi is wanted.

    The name of the network is written in hexadecimal and the password as the key made from it, so
    that no character of either can end the line.
    """
    if "wifi" not in site.values:
        return None
    name = site.value("wifi")
    password = secrets.get("wifi_password")
    access = f"psk={_key(name, password)}" if password else "key_mgmt=NONE"
    country = site.value("wifi_country", "CN")
    head = f"country={country}\nupdate_config=0\n"
    return f"{head}network={{\n\tssid={name.encode().hex()}\n\tscan_ssid=1\n\t{access}\n}}\n"


def _key(name: str, password: str) -> str:
    if len(password) == 64:
        return password
    made = hashlib.pbkdf2_hmac("sha1", password.encode("ascii"), name.encode(), PSK_ROUNDS, 32)
    return made.hex()


def _network(kind: str, site: Site | None, metric: int) -> str:
    head = f"[Match]\nType={kind}\n\n[Network]\n"
    servers = addresses_in(site.value("dns")) if site and "dns" in site.values else ()
    told = "".join(f"DNS={server}\n" for server in servers)
    if site is None or site.value("network", "dhcp") == "dhcp":
        own = "UseDNS=no\n" if servers else ""
        return f"{head}DHCP=yes\n{told}\n[DHCPv4]\nRouteMetric={metric}\n{own}"
    fixed = f"Address={site.value('address')}\n"
    route = f"\n[Route]\nGateway={site.value('gateway')}\n" if "gateway" in site.values else ""
    return f"{head}DHCP=no\n{fixed}{told}{route}"
