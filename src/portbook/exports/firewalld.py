"""firewalld: a file for each service, all of them in a ZIP archive, or one alone.

firewalld takes letters, digits, "_" and "-" in the name of a service; other names are left out and told.  The
description is text of XML, on one line, with what cannot be seen shown as escapes (T-30).  Files in the
archive have the time of 1980, so the same edition gives the same bytes for one version of zlib (T-38).
"""

import io
import re
import zipfile
from collections.abc import Collection, Iterable
from typing import NamedTuple
from xml.sax.saxutils import escape

from portbook.edition import Edition
from portbook.errors import Problem, RuleError, shown, visible
from portbook.exports.places import Entry, listed
from portbook.exports.profiles import chosen
from portbook.exports.provenance import Provenance, Written
from portbook.names import fold
from portbook.numbers import Transport

TITLE = "A service for firewalld, in /etc/firewalld/services"
MAX_NAME = 255 - len(".xml")  # bytes of a file's name
MAX_DESCRIPTION = 1_000  # characters
_EPOCH = (1980, 1, 1, 0, 0, 0)
_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_-]{{0,{MAX_NAME - 1}}}", re.ASCII)
_NOT_XML = re.compile("[\ufffe\uffff]")

Place = tuple[int, Transport]


class _Service(NamedTuple):
    name: str
    description: str
    places: list[Place]


def fits(name: str) -> bool:
    """Say whether firewalld can have a service called *name*."""
    return _NAME.fullmatch(name) is not None


def write(
    edition: Edition,
    provenance: Provenance,
    *,
    service: str | None = None,
    profile: str = "full",
    names: Collection[str] | None = None,
    strict_names: bool = False,
) -> Written:
    """Return the archive, or the file of *service* alone.

    Raises `RuleError` E-EXPORT-SERVICE for one that is not there; `FormatError` E-EXPORT-PROFILE or -SIZE.
    """
    listing = listed(edition, fits, "firewalld")
    choice = chosen(edition, listing, profile, names, strict_names)
    services = _services(choice.entries)
    if service is not None:
        found = services.get(fold(service))
        if found is None:
            message = f"no row with a port has the name {shown(service)}, or firewalld cannot hold it"
            raise RuleError(Problem("E-EXPORT-SERVICE", message, "docs/exports.md"))
        return Written(_document(found, provenance))
    files = {f"services/{one.name}.xml": _document(one, provenance) for one in services.values()}
    return Written(_archive(files), listing.left_out, choice.missing)


def _services(entries: Iterable[Entry]) -> dict[str, _Service]:
    """The services by folded name: some file systems take names that differ in case for one."""
    found: dict[str, _Service] = {}
    for entry in entries:
        for named in entry.named:
            one = found.setdefault(fold(named.name), _Service(*named, []))
            if (place := (entry.port, entry.transport)) not in one.places[-2:]:
                one.places.append(place)
    return dict(sorted(found.items()))


def _document(service: _Service, provenance: Provenance) -> bytes:
    head = "\n".join(provenance.lines(TITLE)).replace("--", "- -")  # no comment holds two hyphens
    ports = "".join(
        f'  <port protocol="{transport}" port="{ports}"/>\n' for transport, ports in _ports(service)
    )
    told = _NOT_XML.sub("?", visible(service.description))[:MAX_DESCRIPTION]
    description = f"  <description>{_text(told)}</description>\n" if told else ""
    document = (
        f'<?xml version="1.0" encoding="utf-8"?>\n<!--\n{head}\n-->\n<service>\n'
        f"  <short>{_text(service.name)}</short>\n{description}{ports}</service>\n"
    )
    return document.encode("utf-8", "backslashreplace")


def _ports(service: _Service) -> list[tuple[Transport, str]]:
    """The ports of *service*, by transport, neighbours as a range."""
    found = []
    for transport in Transport:
        ports = sorted({port for port, own in service.places if own == transport})
        starts = [port for at, port in enumerate(ports) if not at or ports[at - 1] != port - 1]
        ends = [port for at, port in enumerate(ports) if at + 1 == len(ports) or ports[at + 1] != port + 1]
        found += [
            (transport, str(low) if low == high else f"{low}-{high}")
            for low, high in zip(starts, ends, strict=True)
        ]
    return found


def _text(text: str) -> str:
    return escape(text, {"'": "&apos;", '"': "&quot;"})


def _archive(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3  # Unix, on every system
            info.external_attr = 0o644 << 16
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return target.getvalue()
