"""``kiosk-central serve``: over TLS, or plain on loopback behind a proxy that has ended TLS."""

import ipaddress
import json
import socket
import sys
from pathlib import Path

import click
import uvicorn

from kiosk_central.app import build_app, build_centre
from kiosk_central.commands.documents import SEAL_OPTION
from kiosk_central.commands.options import (
    DB_OPTION,
    REGION_OPTION,
    SIGNING_KEY_OPTION,
    TRUST_OPTION,
    errors_told,
)
from kiosk_central.commands.software import BUNDLES_OPTION
from kiosk_central.region import load_region
from kiosk_central.trust.ca import FolderIssuer
from kiosk_central.trust.tls import http_config, server_tls

BACKLOG = 256


@click.command()
@DB_OPTION
@REGION_OPTION
@SIGNING_KEY_OPTION
@SEAL_OPTION
@TRUST_OPTION
@BUNDLES_OPTION
@click.option(
    "--behind-proxy",
    is_flag=True,
    help="A proxy on this machine ends TLS, sets Client-Cert (RFC 9440) and X-Forwarded-For;"
    " loopback only.",
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8470, show_default=True)
def serve(
    db: str,
    region: Path,
    signing_key: Path | None,
    seal: Path | None,
    trust: Path,
    bundles: Path | None,
    behind_proxy: bool,
    host: str,
    port: int,
) -> None:
    """Serve kiosks and staff; prints one JSON line when ready."""
    listener = _listen(host, port, loopback_only=behind_proxy)
    with errors_told():
        tls = None if behind_proxy else server_tls(trust)
        centre = build_centre(
            db,
            load_region(region),
            signing_key=signing_key,
            seal=seal,
            issuer=FolderIssuer(trust),
            behind_proxy=behind_proxy,
            bundles=bundles,
        )
    _AnnouncingServer(http_config(build_app(centre), tls)).run(sockets=[listener])


def _listen(host: str, port: int, loopback_only: bool) -> socket.socket:
    """Bind an address. Raises ClickException for one that is not ours or not allowed."""
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise click.ClickException("--host: give an IP address of this machine") from None
    if loopback_only and not address.is_loopback:
        raise click.ClickException(
            f"--host {address}: behind a proxy the server is plain and believes who the proxy says"
            " a kiosk is, so only this machine may reach it"
        )
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    try:
        return socket.create_server((str(address), port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise click.ClickException(f"{address} port {port}: {error.strerror}") from error


class _AnnouncingServer(uvicorn.Server):
    """Says on stdout, in one line of JSON, where it can be reached, once it can."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            place = f"[{host}]" if ":" in host else host
            scheme = "https" if self.config.is_ssl else "http"
            ready = {"ready": True, "host": host, "port": port, "url": f"{scheme}://{place}:{port}"}
            print(json.dumps(ready), file=sys.stdout, flush=True)
