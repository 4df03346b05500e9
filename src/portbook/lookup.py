"""The tiny look-up: which services the registry lists at a port, and at which ports a service.

    >>> services(443, "tcp")
    ('https',)
    >>> ports("https")
    ((443, 'tcp'), (443, 'udp'), (443, 'sctp'))

Rules R-LOOK-1, 2, 5 and 6: names in any case, aliases under their own name, ranges expanded, a row without a
transport counts for every transport, UDP-Lite is UDP (RFC 3828).  An answer says what the registry lists,
never what traffic is (R-LOOK-3).

Imports nothing of portbook and nothing that a plain Python has not loaded already, opens one file and no
connection; this file may be copied into another program, with a `lookup.table` beside it.  The layout of the
table stands here, once; `lookup_table` writes it, and `cli.plain` reads states, their why and rows from it.

The table is looked for where `use_table` says, else in the folder PORTBOOK_HOME (or the platform's folder for
user data) and beside this file; of two, the later date counts.  It is read once, on first use, and its
index kept in less than 8 MiB.
"""

import os
import sys

# -- the layout of a table: little-endian; u24 and so on are unsigned numbers of that many bits
#
#      0  magic, then u16 version, u16 length of the head, u32 length of the file
#     16  SHA-256 of all other bytes; checked by whoever writes or verifies a table, not at every read
#     48  SHA-256 of the edition's published bytes, its id (32 bytes, NULs at the end), its date (16)
#    128  for each section: u32 offset, u32 number of items; then u32 sum of the bytes of the head before it
#
# Texts are UTF-8 after their length (one byte, or 255 and u24), named by their offset; at 0 is an empty one.

MAGIC = b"\x93PBT\r\n\x1a\n"  # a transfer that alters line ends or the eighth bit shows
VERSION = 1
DIGEST_AT = 16
EDITION_AT = 48
SECTIONS_AT = 128
SECTIONS = (  # name, bytes of an item
    ("rows", 16),  # u16 lowest, highest port (1, 0: none), u24 transport, name, facts, next row of the name
    ("facts", 18),  # u24 description, references, assignees, contacts, unauthorized use, note
    ("runs", 7),  # u16 first port, u16 verdicts, u24 list of rows: the answer up to the next run
    ("verdicts", 60),  # four transports x (u24 state, why, reason, companions, remark)
    ("lists", 3),  # u24 each: how many, then the numbers of rows
    ("names", 3),  # u24 first row of each name, in the order of the folded names' bytes
    ("aliases", 7),  # u24 alias, u24 the name to use, u8 1: historic (RFC 6335 10.1); in order as names
    ("texts", 1),
)
SUM_AT = SECTIONS_AT + 8 * len(SECTIONS)
HEAD_LENGTH = SUM_AT + 4
MAX_TABLE = 16 * 1024 * 1024  # bytes; the real one has less than 1 MB
MAX_PAIRS = 1_000_000  # (name, port) pairs, ranges expanded; the real ones have 12,000
NONE = 0xFFFFFF  # no next row

FILE_NAME = "lookup.table"
TRANSPORTS = ("tcp", "udp", "sctp", "dccp")
MAKE_ONE = "python -m portbook.store.packaged"

Row = tuple[int, int, str, str, int, int]  # as in the section, transport and name as texts
Names = tuple[str, ...]
Pairs = tuple[tuple[int, str | None], ...]

_FOLD = {code: code + 32 for code in range(65, 91)}
_UDP_LITE = ("udplite", "udp-lite")


class TableError(OSError):
    """There is no look-up table, or it is damaged or of another version; `code` says which."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{message} ({code})")
        self.code = code


def fold(name: str) -> str:
    """Return *name* as names are compared: A to Z in lower case, all else as it is (R-NAME-7)."""
    return name.lower() if name.isascii() else name.translate(_FOLD)


def number(data: bytes, at: int, size: int = 3) -> int:
    """Return the number of *size* bytes at *at*; raise `TableError` beyond the end."""
    piece = data[at : at + size]
    if len(piece) != size:
        raise TableError("E-TABLE-OFFSET", f"look-up table is damaged: nothing at byte {at}")
    return int.from_bytes(piece, "little")


class Table:
    """A table in memory, its head checked; `lookup_table.checked_table` finds damage further in."""

    def __init__(self, data: bytes, path: str = "") -> None:
        self.path = path
        self.data = data
        self._check_head()
        self.edition_id = self._ascii(EDITION_AT + 32, 32)
        self.date = self._ascii(EDITION_AT + 64, 16)
        self.edition_sha256 = data[EDITION_AT : EDITION_AT + 32].hex()
        self._decoded: dict[int, str] = {0: ""}

    @classmethod
    def open(cls, path: "str | os.PathLike[str]") -> "Table":
        """Return the table in the file at *path*; raise `TableError` when there is none or it is damaged."""
        try:
            with open(path, "rb") as file:
                data = file.read(MAX_TABLE + 1)
        except (FileNotFoundError, NotADirectoryError):
            raise _missing(path) from None
        except (OSError, ValueError) as error:
            raise TableError(
                "E-TABLE-READ", f"look-up table {os.fspath(path)!r}: {error}; {_advice(path)}"
            ) from None
        return cls(data, os.fspath(path))

    def _check_head(self) -> None:
        data = self.data
        if data[: len(MAGIC)] != MAGIC:
            raise self._damaged("E-TABLE-MAGIC", f"it begins {data[:8]!r}, not {MAGIC!r}")
        version = int.from_bytes(data[8:10], "little")
        if version != VERSION:
            raise self._damaged("E-TABLE-VERSION", f"it has version {version}; this program reads {VERSION}")
        told = int.from_bytes(data[12:16], "little")
        if told != len(data) or len(data) > MAX_TABLE or len(data) < HEAD_LENGTH:
            raise self._damaged("E-TABLE-LENGTH", f"it has {len(data)} bytes and should have {told}")
        if data[10:12] != HEAD_LENGTH.to_bytes(2, "little") or sum(data[:SUM_AT]) != number(data, SUM_AT, 4):
            raise self._damaged("E-TABLE-HEAD", "its head is not what was written")
        self.at: dict[str, int] = {}
        self.count: dict[str, int] = {}
        end = HEAD_LENGTH
        for place, (name, size) in enumerate(SECTIONS):
            self.at[name] = number(data, SECTIONS_AT + 8 * place, 4)
            self.count[name] = number(data, SECTIONS_AT + 8 * place + 4, 4)
            if self.at[name] != end:
                raise self._damaged("E-TABLE-OFFSET", f"its {name} are at byte {self.at[name]}, not {end}")
            end += self.count[name] * size
        if end != len(data) or not self.count["runs"]:
            raise self._damaged("E-TABLE-OFFSET", f"its sections end at byte {end}")

    def _ascii(self, at: int, size: int) -> str:
        return self.data[at : at + size].rstrip(b"\0").decode("ascii", "backslashreplace")

    def _damaged(self, code: str, what: str) -> TableError:
        where = f" {self.path!r}" if self.path else ""
        return TableError(code, f"look-up table{where} is damaged: {what}; {_advice(self.path)}")

    def item(self, section: str, place: int, size: int) -> int:
        """Return where item *place* of *section* stands in the file; raise `TableError` if there is none."""
        if not 0 <= place < self.count[section]:
            raise self._damaged("E-TABLE-OFFSET", f"it has no item {place} among its {section}")
        return self.at[section] + place * size

    def text(self, offset: int) -> str:
        """Return the text at *offset* of the texts."""
        known = self._decoded.get(offset)
        if known is not None:
            return known
        start = self.item("texts", offset, 1) + 1
        size = self.data[start - 1]
        if size == 255:
            size = number(self.data, start)
            start += 3
        piece = self.data[start : start + size]
        if len(piece) != size:
            raise self._damaged("E-TABLE-OFFSET", f"the text at {offset} runs beyond its end")
        try:
            text = self._decoded[offset] = piece.decode()
        except UnicodeDecodeError:
            raise self._damaged("E-TABLE-TEXT", f"bytes at {start} are not UTF-8") from None
        return text

    def row(self, place: int) -> Row:
        """Return lowest and highest port (1, 0: no port), transport ("" for none), name, facts, next row."""
        at = self.item("rows", place, 16)
        packed = int.from_bytes(self.data[at : at + 16], "little")
        transport, name = self.text(packed >> 32 & NONE), self.text(packed >> 56 & NONE)
        return packed & 0xFFFF, packed >> 16 & 0xFFFF, transport, name, packed >> 80 & NONE, packed >> 104

    def first_port(self, run: int) -> int:
        """Return the first port of a run; 65536 for the run after the last one."""
        return number(self.data, self.item("runs", run, 7), 2) if run < self.count["runs"] else 65536

    def rows_at(self, run: int) -> tuple[int, ...]:
        """Return the numbers of the rows that speak of the ports of a run, in registry order."""
        place = number(self.data, self.item("runs", run, 7) + 4)
        at = self.item("lists", place, 3)
        end = self.item("lists", place + number(self.data, at), 3)
        return tuple(int.from_bytes(self.data[i : i + 3], "little") for i in range(at + 3, end + 3, 3))

    def services_index(self) -> dict[str | None, list[Names]]:
        """Return, for each transport and for None, the names at each of the 65,536 ports."""
        keys = (*TRANSPORTS, None)
        index: dict[str | None, list[Names]] = {key: [()] * 65536 for key in keys}
        named = [(fold(row[2]), row[3]) for row in map(self.row, range(self.count["rows"]))]
        kept: dict[Names, Names] = {}
        end = 0
        for run in range(self.count["runs"]):
            start, end = self.first_port(run), self.first_port(run + 1)
            if start >= end or (run == 0 and start):
                raise self._damaged("E-TABLE-OFFSET", f"its runs of ports are not in order at {start}")
            found = self.rows_at(run)
            if found and max(found) >= len(named):
                raise self._damaged("E-TABLE-OFFSET", f"it has no row {max(found)}")
            rows = [named[row] for row in found if named[row][1]]
            for key in keys if rows else ():
                first: dict[str, str] = {}
                for transport, name in rows:
                    if key is None or not transport or transport == key:
                        first.setdefault(fold(name), name)
                if first:
                    names = tuple(first.values())
                    index[key][start:end] = [kept.setdefault(names, names)] * (end - start)
        for alias in _UDP_LITE:
            index[alias] = index["udp"]
        return index

    def ports_index(self) -> dict[str, Pairs]:
        """Return, for each folded name, the ports and transports that its rows list, each pair once."""
        index: dict[str, dict[tuple[int, str | None], None]] = {}
        left = MAX_PAIRS
        for low, high, transport, name, _, _ in map(self.row, range(self.count["rows"])):
            if not name:
                continue
            pairs = index.setdefault(fold(name), {})
            left -= max(0, high - low + 1)
            if left < 0:
                raise self._damaged("E-TABLE-PAIRS", f"it lists more than {MAX_PAIRS} pairs of name and port")
            pairs.update(((port, fold(transport) or None), None) for port in range(low, high + 1))
        return {name: tuple(pairs) for name, pairs in index.items()}


# -- the table that the functions below use

_explicit: "str | os.PathLike[str] | None" = None
_table: Table | None = None
_services: dict[str | None, list[Names]] = {}
_ports: dict[str, Pairs] = {}
_ports_on: dict[str, dict[str, Pairs]] = {}


def table_paths() -> tuple[str, ...]:
    """Return the places where a table is looked for, the first one first."""
    if _explicit is not None:
        return (os.fspath(_explicit),)
    here = os.path.dirname(os.path.abspath(__file__))
    home = (os.path.join(home_folder(), FILE_NAME),) if home_folder() else ()
    return (*home, os.path.join(here, "data", FILE_NAME), os.path.join(here, FILE_NAME))


def home_folder() -> str:
    """Return the folder for Portbook's own files: PORTBOOK_HOME, or the platform's for user data, or ""."""
    if home := os.environ.get("PORTBOOK_HOME"):
        return home
    if sys.platform == "win32":
        folder = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~/AppData/Local")
    elif sys.platform == "darwin":
        folder = os.path.expanduser("~/Library/Application Support")
    else:
        folder = os.environ.get("XDG_DATA_HOME", "")
        if not os.path.isabs(folder):  # a relative one is to be ignored (XDG Base Directory Specification)
            folder = os.path.expanduser("~/.local/share")
    return os.path.join(folder, "portbook") if os.path.isabs(folder) else ""


def current_table() -> Table:
    """Return the table in use, read on first use; raise `TableError` when there is none or it is damaged."""
    global _table
    if _table is None:
        found = list(filter(os.path.exists, paths := table_paths()))
        if not found:
            raise _missing(*paths)
        _table = Table.open(max(found, key=_date_in) if len(found) > 1 else found[0])
    return _table


def _date_in(path: str) -> bytes:
    """The date in the head of the table at *path*; later than any other when that cannot be told.

    So a table that was left in the user's folder does not hide a newer one that came with the package, and
    a damaged one is told, not passed over.
    """
    try:
        with open(path, "rb") as file:
            head = file.read(SECTIONS_AT)
    except OSError:
        head = b""
    return head[EDITION_AT + 64 :] if head.startswith(MAGIC) else b"\xff"


def _missing(*paths: "str | os.PathLike[str]") -> TableError:
    places = " or ".join(repr(os.fspath(path)) for path in paths)
    how = f"`{MAKE_ONE}` writes the package's" if len(paths) > 1 else _advice(paths[0])
    return TableError("E-TABLE-MISSING", f"no look-up table at {places}; {how}")


def _advice(path: "str | os.PathLike[str]") -> str:
    """Say how a whole table comes to *path*: that in the user's folder is of an edition that was added."""
    full, home = os.path.abspath(path), home_folder()
    if home and full == os.path.abspath(os.path.join(home, FILE_NAME)):
        return "remove it, then add the newest edition again"
    own = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", FILE_NAME)
    return f"`{MAKE_ONE}{'' if full == own else ' FILE'}` writes it again"


def use_table(path: "str | os.PathLike[str] | None" = None) -> None:
    """Answer from the table at *path* from now on; None: from the usual places, read again."""
    global _explicit, _table
    _explicit, _table = path, None
    for index in (_services, _ports, _ports_on):
        index.clear()


# -- the answers


def services(port: int, transport: str | None = None) -> tuple[str, ...]:
    """Return the names that the registry lists at *port* on *transport*, in its order, aliases too.

    Without a transport: the names on any, each once.  () where it lists none.  Raises ValueError for a port
    outside 0-65535 or an unknown transport, TypeError for another type, `TableError` without a table.
    """
    if type(port) is int and port >= 0:  # not True, not 443.0, not -1; all else is sorted out below
        try:
            return _services[transport][port]
        except (KeyError, IndexError, TypeError):
            pass
    place, key = _checked_port(port), _checked_transport(transport)
    if not _services:
        _services.update(current_table().services_index())
    return _services[key][place]


def ports(name: str, transport: str | None = None) -> tuple[tuple[int, str | None], ...]:
    """Return the ports and transports listed for the service *name* (any case), in registry order.

    The transport of a pair is None where the row names none; such rows are among the answers for every
    transport.  () for a name that the registry does not list.  Raises as `services` does.
    """
    try:
        return _ports[name] if transport is None else _ports_on[transport][name]
    except (KeyError, TypeError):
        pass
    if not isinstance(name, str):
        raise TypeError(f"service name {name!r} is not a text")
    key = _checked_transport(transport)
    if not _ports:
        _ports.update(current_table().ports_index())
    if key is None:
        return _ports.get(fold(name), ())
    if key not in _ports_on:
        _ports_on[key] = {each: on for each, pairs in _ports.items() if (on := _pairs_on(pairs, key))}
        if key == "udp":
            _ports_on.update(dict.fromkeys(_UDP_LITE, _ports_on[key]))
    return _ports_on[key].get(fold(name), ())


def getservbyname(servicename: str, protocolname: str | None = None) -> int:
    """Return the port of a service: `socket.getservbyname`, with its errors, from the registry's table.

    Without a protocol the first row decides, as the first line of the file does in glibc.  Names are
    compared in any case, as RFC 6335 section 5.1 has it; glibc minds the case.
    """
    _check_text("getservbyname() argument 1", servicename)
    if protocolname is not None:
        _check_text("getservbyname() argument 2", protocolname)
    try:
        found = ports(servicename, protocolname)
    except ValueError:  # a transport that has no ports
        found = ()
    if not found:
        raise OSError("service/proto not found")
    return found[0][0]


def getservbyport(port: int, protocolname: str | None = None) -> str:
    """Return the first name at a port: `socket.getservbyport`, with its errors, from the registry's table."""
    if not hasattr(port, "__index__"):
        raise TypeError(f"{type(port).__name__!r} object cannot be interpreted as an integer")
    if protocolname is not None:
        _check_text("getservbyport() argument 2", protocolname)
    place = port.__index__()
    if not 0 <= place <= 65535:
        raise OverflowError("getservbyport: port must be 0-65535.")
    try:
        found = services(int(place), protocolname)
    except ValueError:
        found = ()
    if not found:
        raise OSError("port/proto not found")
    return found[0]


def _check_text(what: str, text: str) -> None:
    """Refuse what the C functions refuse."""
    if not isinstance(text, str):
        raise TypeError(f"{what} must be str, not {type(text).__name__}")
    if "\0" in text:
        raise ValueError("embedded null character")


def _pairs_on(pairs: Pairs, transport: str) -> Pairs:
    on = tuple(pair for pair in pairs if pair[1] is None or pair[1] == transport)
    return pairs if on == pairs else on


def _checked_port(port: int) -> int:
    if isinstance(port, bool) or not isinstance(port, int):
        raise TypeError(f"port {port!r} is not a whole number")
    if not 0 <= port <= 65535:
        raise ValueError(f"port {port!r} is not in 0 to 65535")
    return int(port)


def _checked_transport(transport: str | None) -> str | None:
    if not isinstance(transport, str | None):
        raise TypeError(f"transport {transport!r} is not a text")
    folded = None if transport is None else fold(transport)
    if folded not in (None, *TRANSPORTS, *_UDP_LITE):
        raise ValueError(f"transport {transport!r} is none of {', '.join(TRANSPORTS)}")
    return "udp" if folded in _UDP_LITE else folded
