"""Pages: what the site's own pages cost a server, beside a bare Django view in the same process.

Baseline: a Django view that answers 200 bytes, alone in its URL conf, without middleware.  Every answer is
taken through the WSGI application, whole, with `Accept-Encoding: gzip` as browsers send it, in process CPU
time; a ratio is the median over rounds taken in turn.  "Remembered" is an address that was asked before;
"first" one that was not, over rows that were drawn before.  The sizes are those of what is sent.
"""

from __future__ import annotations

import io
import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

from _edition import FOLDER, goal, run, source

PORT = 2.0  # bare views
TABLE = 4.0
PORT_PAGE = 60_000  # bytes, with all that it needs
ROUNDS = 15
CALLS = 60  # of a case in a round
PAGES = {  # address -> bare views that it may cost
    "/ports/443": PORT,
    "/table": TABLE,
    "/table?search=20": TABLE,
    "/table?skey=-port": TABLE,
}
FIRST = count()

Answer = tuple[str, bytes]
Application = Callable[[dict[str, Any], Callable[..., Any]], Any]


def bare(request: object) -> object:
    from django.http import HttpResponse

    return HttpResponse(b"x" * 200)


urlpatterns: list[object] = []  # filled in `main`: Django cannot be imported before its settings are named


def answer(application: Application, address: str) -> Answer:
    """The status and the whole content of *address*."""
    path, _, query = address.partition("?")
    environ = {
        "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": query,
        "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost", "HTTP_ACCEPT_ENCODING": "gzip",
        "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(),
    }  # fmt: skip
    statuses: list[str] = []
    response = application(environ, lambda status, headers, fault=None: statuses.append(status))
    content = b"".join(response)
    response.close()
    return statuses[0], content


def spent(application: Application, addresses: Iterator[str]) -> float:
    """CPU seconds that one answer takes, over addresses that are made before the clock runs."""
    chosen = [next(addresses) for _ in range(CALLS)]
    start = time.process_time()
    for address in chosen:
        answer(application, address)
    return (time.process_time() - start) / CALLS


def again(address: str) -> Iterator[str]:
    while True:
        yield address


def anew(address: str) -> Iterator[str]:
    """*address* with a parameter that the page ignores, another one each time."""
    for number in FIRST:
        yield f"{address}{'&' if '?' in address else '?'}x={number}"


def measured(site: Application) -> tuple[list[float], dict[str, list[float]]]:
    """Seconds of the bare view in each round, and of each case beside it."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import override_settings

    cases = {f"{address}, remembered": again(address) for address in PAGES}
    cases |= {f"{address}, first": anew(address) for address in PAGES}
    base: list[float] = []
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[]):
            alone = WSGIHandler()
            assert answer(alone, "/bare") == ("200 OK", b"x" * 200)
            base.append(spent(alone, again("/bare")))
        for name, addresses in cases.items():
            assert answer(site, next(addresses))[0] == "200 OK"
            taken[name].append(spent(site, addresses))
    return base, taken


def print_sizes(site: Application) -> None:
    """A port page and the files that it asks for, as they are sent."""
    import gzip

    page = answer(site, "/ports/443")[1]
    named = re.findall(r'"(/static/[^"]+)"', gzip.decompress(page).decode())
    files = {address: len(answer(site, address)[1]) for address in named}
    goal(
        f"  a port page ({len(page):,}) and its {len(files)} files",
        len(page) + sum(files.values()),
        PORT_PAGE,
        " bytes",
    )
    for address in PAGES:
        packed = answer(site, address)[1]
        print(f"  {address}: {len(packed):,} bytes, {len(gzip.decompress(packed)):,} unpacked")


def main() -> None:
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ |= {"PORTBOOK_HOME": str(home), "DJANGO_SETTINGS_MODULE": "portbook.web.settings"}
        usual = source()
        if os.environ.get(FOLDER):
            file = home / f"{usual.id}.{usual.format}"
            file.write_bytes(usual.data)
            os.environ["PORTBOOK_DATA"] = str(file)
        from django.urls import path

        from portbook.web.wsgi import application as site

        urlpatterns.append(path("bare", bare))
        print(f"edition {usual.id}")
        for address in PAGES:
            start = time.process_time()
            answer(site, address)
            print(f"  {address}, the very first: {(time.process_time() - start) * 1e3:.1f} ms")
        base, taken = measured(site)
        print(f"a bare Django view: {statistics.median(base) * 1e6:.0f} us of CPU")
        for name, times in taken.items():
            ratio = statistics.median(one / other for one, other in zip(times, base, strict=True))
            label = f"  {name}, {statistics.median(times) * 1e6:,.0f} us, beside it"
            if name.endswith("remembered"):
                goal(label, ratio, PAGES[name.partition(",")[0]], "x")
            else:
                print(f"{label}: {ratio:.3g}x")
        print_sizes(site)


if __name__ == "__main__":
    run(main)
