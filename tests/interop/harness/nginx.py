"""Debian's nginx as an unprivileged reverse proxy on loopback: TLS outside, plain HTTP inside."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.interop.harness.available import unavailable
from tests.interop.harness.process import Process
from tests.interop.harness.site import Site, free_port
from tests.interop.harness.tls import Authority

START_SECONDS = 10.0

# One process in the foreground that writes under its prefix only, so that anyone may run it and stop it by its id.
CONFIG = """
daemon off;
master_process off;
pid nginx.pid;
error_log stderr warn;
events {{ worker_connections 512; }}
http {{
  access_log access.log;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  client_max_body_size 8m;
  proxy_http_version 1.1;
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto https;
  proxy_set_header Connection "";
{servers}
}}
"""
SERVER = """
  server {{
    listen {site.host}:{site.port} ssl;
    server_name {site.host};
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    location / {{ proxy_pass http://127.0.0.1:{site.upstream}; }}
  }}
"""


def _program() -> str:
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    return found or unavailable("nginx is not installed", "apt-get install nginx-light")


def _render(sites: Sequence[Site], authority: Authority) -> str:
    issued = [(site, authority.issue(site.host)) for site in sites]
    servers = [SERVER.format(site=site, certificate=made.certificate, key=made.key) for site, made in issued]
    return CONFIG.format(servers="".join(servers))


async def _listening(site: Site, process: Process) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            _, writer = await asyncio.open_connection(site.host, site.port)
        except OSError:
            if not process.running or time.monotonic() > deadline:
                raise RuntimeError(f"nginx does not start\n{process.tail()}") from None
            await asyncio.sleep(0.02)
        else:
            writer.close()
            await writer.wait_closed()
            return


@asynccontextmanager
async def tls_sites(folder: Path, authority: Authority, count: int = 2) -> AsyncIterator[tuple[Site, ...]]:
    """`count` sites on 127.0.0.2, 127.0.0.3, ... that answer 502 until something listens on their `upstream`."""
    program = _program()
    hosts = [f"127.0.0.{number}" for number in range(2, 2 + count)]
    sites = tuple(Site(host, free_port(host), free_port(), authority.ca_file) for host in hosts)
    config = folder / "nginx.conf"
    config.write_text(_render(sites, authority), encoding="utf-8")
    command = [program, "-p", str(folder), "-c", str(config), "-e", "stderr"]
    process = Process(command, folder / "nginx.log", environment={"PATH": os.environ.get("PATH", "")})
    try:
        await _listening(sites[0], process)
        yield sites
    finally:
        process.stop()
        print(process.tail())
