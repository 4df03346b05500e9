"""Plain keys, answered from the compiled table before argparse, rich, re, typing or dataclasses are loaded.

`portbook 443`, `6005/tcp`, `tcp/80`, `:443`, `6000-6063`, `https`, `https/udp`, `_https._tcp`, any number
of them, and `-` for keys on standard input, one a line.  Whatever is not plain is left to the full command,
which knows better what to say: options, verbs, bad keys, names that no row has.

On a terminal an answer is a small table with the edition's date.  On a pipe each row is a line of eight
cells, tabs between them: ports, transport, state, service name, description, references, why, edition.
`why` is empty when a row for just that port and transport says so; it also tells a row's own range, the
name to use instead of an alias, and reports of unauthorized use.  Nothing says what traffic is (R-LOOK-3);
a last line says that where a name was written, on a pipe to standard error.

Exit status: 0 answered, 1 a name on standard input is unknown, 2 a key there is wrong, 3 no usable table.

The look of an answer, its words and the exit statuses stand here once: the full command makes its blocks
from an edition (`sheet`) and lets them be written here.
"""

import os
import sys

from portbook.cli import to_stderr
from portbook.lookup import NONE, TRANSPORTS, Row, Table, TableError, current_table, fold, number

VERBS = (
    *("appeal", "apply", "assign", "audit", "backup", "check", "conform", "contact", "convert", "deassign"),
    *("doctor", "editions", "export", "getent", "lookup", "maintain", "paths", "practice"),
    *("publish", "register", "restore", "review", "revoke", "search", "serve", "show", "update", "verify"),
    "worker",
)
HINT = "A registered name says who asked for the number, not what runs on it."
MAX_KEY = 255  # characters; no name of the registry has more than 22
MAX_PORT = 65535  # `numbers.MAX_PORT`, which would load re and enum
WIDEST = 100  # columns of a page
GAP = "  "
FOUND = 0
NOT_FOUND = 1  # also: findings
USAGE = 2
NO_DATA = 3  # missing, unreadable, or not to be written

_ON = {name: (name,) for name in TRANSPORTS} | {"any": TRANSPORTS, "udplite": ("udp",), "udp-lite": ("udp",)}
LABELS = {"tcp": ("tcp",), "udp": ("udp", "sctp", "dccp")}  # "_udp": all but TCP (RFC 6763 section 7, R-SD-5)
_OWN_ROW = "a row says so"  # `edition.Why.ROW`
_RANGES = ((49152, "Dynamic Ports"), (1024, "User Ports"), (0, "System Ports"))

Key = tuple[tuple[int, int] | str, tuple[str, ...]]  # ports or a name, and transports
Line = tuple[str, str, str, str, str, str, str]  # ports, transport, state, name, description, references, why
Block = tuple[str, str, list[Line], str]  # what was asked, what kind of thing that is, the lines, a remark
Verdict = tuple[str, ...]  # state, why, reason, companions, remark
Run = tuple[int, int, Verdict, list[Row]]  # first and last port, what they are, the rows


def answer(argv: list[str]) -> int | None:
    """Answer the plain keys *argv* and return the exit status; None, with nothing written, for all else."""
    if not argv or argv[0] in VERBS or any(word.startswith("-") and word != "-" for word in argv):
        return None
    keys = [parsed(word) for word in argv]
    if any(key is None and word != "-" for key, word in zip(keys, argv, strict=True)):
        return None
    try:
        table = current_table()
        blocks = [block_of(key, table) if key else None for key in keys]
        if any(key and block is None for key, block in zip(keys, blocks, strict=True)):
            return None
        status = FOUND
        writer = Writer(table.edition_id)
        for block in blocks:
            if block:
                writer.write(block)
            elif (status := max(status, _standard_input(table, writer))) == USAGE:
                return status
    except TableError as error:
        # without a table the full command asks the store; a damaged one is told
        return None if error.code == "E-TABLE-MISSING" else _complaint(str(error), NO_DATA)
    writer.end()
    return status


def parsed(text: str) -> Key | None:
    """Return what *text* asks for (lowest and highest port, or name; transports); None if it is not plain."""
    if not text.isascii() or not text.isprintable() or " " in text or not 0 < len(text) <= MAX_KEY:
        return None
    if text[0] == "_":
        name, _, label = text[1:].rpartition("._")
        on = LABELS.get(label.lower())
        return (name, on) if name and on and name[0] != "_" and "." not in name else None
    head, slash, tail = text.rpartition("/")
    first, _, rest = text.partition("/")
    subject, on = text, TRANSPORTS
    if slash and (found := _ON.get(tail.lower())):
        subject, on = head, found
    elif slash and (found := _ON.get(first.lower())):
        subject, on = rest, found
    elif slash and not first.strip(":-0123456789"):  # "443/tpc", "443/tcp/"
        return None
    if subject[1:2].isdigit():
        subject = subject.removeprefix(":")
    if any(map(str.isalpha, subject)):
        return subject, on
    low, hyphen, high = subject.partition("-")
    ends = _port(low), _port(high if hyphen else low)
    return (ends, on) if 0 <= ends[0] <= ends[1] else None


def _port(text: str) -> int:
    """The port that *text* writes (R-RANGE-10), or -1."""
    if not text.isdigit() or len(text) > 5 or (text[0] == "0" and text != "0"):
        return -1
    return int(text) if int(text) <= MAX_PORT else -1


# -- the answer, from the table


def block_of(key: Key, table: Table) -> Block | None:
    """Return the answer to *key*, or None for an unknown name."""
    subject, on = key
    if isinstance(subject, str):
        return _name_block(subject, on, table)
    return port_block(*subject, [line for each in on for line in _lines_at(*subject, each, table)])


def _name_block(name: str, on: tuple[str, ...], table: Table) -> Block | None:
    first = find_name(table, name)
    if first is None:
        return None
    found = [table.row(row) for row in rows_of(table, first)]
    published = found[0][3]
    rows = [row for row in found if len(on) == len(TRANSPORTS) or not row[2] or fold(row[2]) in on]
    lines = [_line(row, table, span(row[0], row[1]), row[2], "assigned") for row in rows]
    return name_block(published, lines, find_alias(table, published))


def _lines_at(low: int, high: int, transport: str, table: Table) -> list[tuple[int, Line]]:
    """The lines for ports *low* to *high* on one transport, each with its first port."""
    lines = []
    for first, last, verdict, rows in runs(table, low, high, transport):
        ports, why, state = span(first, last), why_text(verdict), verdict[0].lower()
        for row in rows:
            own = span(row[0], row[1]) if row[:2] != (first, last) else ""
            remark = alias_remark(row[3], find_alias(table, row[3]) if row[3] else None)
            lines.append((first, _line(row, table, ports, transport, state, why, own, remark)))
        if not rows:
            lines.append((first, (ports, transport, state, "", "", "", why)))
    return lines


def _line(row: Row, table: Table, ports: str, transport: str, state: str, *why: str) -> Line:
    description, references, _, _, unauthorized, _ = facts(table, row[4])
    return ports, transport, state, row[3], description, references, reasons(unauthorized, *why)


# -- the words, also of what the full command answers from an edition


def port_block(low: int, high: int, found: list[tuple[int, Line]]) -> Block:
    """Return the answer for ports *low* to *high*: the lines that were found, each with its first port."""
    kinds = " and ".join(dict.fromkeys(_range_of(first) for first, _ in found))
    return span(low, high), kinds[:-1] if low == high else kinds, [line for _, line in found], ""


def name_block(name: str, lines: list[Line], alias: tuple[str, bool] | None) -> Block:
    """Return the answer for a service name; *alias*: which name to use instead, and whether *name* is old."""
    return name, "Service name", lines, alias_remark(name, alias)


def alias_remark(name: str, alias: tuple[str, bool] | None) -> str:
    """Return which name to use instead of *name*, in a sentence; "" for a name that is no alias."""
    if not alias:
        return ""
    return f"`{name}` is {'a historic name' if alias[1] else 'an alias'}. Use `{alias[0]}`."


def why_text(verdict: Verdict) -> str:
    """Return why a state is so, in words: companion of which transports, or for what reason."""
    _, why, reason, companions, _ = verdict
    if why.startswith("companion "):
        return f"companion of {companions} (implied)"
    return f"{why}; {reason}" if reason and reason != why else why


def reasons(unauthorized: str, why: str = "", own: str = "", remark: str = "") -> str:
    """Return the why of a row's line; *own* is the row's range where the line is about other ports."""
    said = ["" if why == _OWN_ROW else why, own and f"row {own}", remark]
    said.append(unauthorized and f"unauthorized use reported: {unauthorized}")
    return "; ".join(filter(None, said))


def span(low: int, high: int) -> str:
    """Return "80" or "6000-6063"; "" for no port."""
    if low > high:
        return ""
    return str(low) if low == high else f"{low}-{high}"


def _range_of(port: int) -> str:
    return next(name for first, name in _RANGES if port >= first)


# -- the look


class Writer:
    """The answers of one call, from one edition, written as they come."""

    def __init__(self, edition_id: str) -> None:
        self.edition_id = edition_id
        self.as_page = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        self.has_named = False

    def write(self, block: Block) -> None:
        """Write one answer: a page, or a row for each line, where the remark stands in every row."""
        self.has_named = self.has_named or any(line[3] for line in block[2])
        if self.as_page:
            written = _page(block, f"edition {self.edition_id}")
        else:
            _, _, lines, remark = block
            if remark:
                lines = [(*line[:6], f"{remark}; {line[6]}" if line[6] else remark) for line in lines]
            written = ["\t".join(map(_shown, (*line, self.edition_id))) for line in lines]
        _send("".join(f"{line}\n" for line in written))

    def end(self) -> None:
        """Write the hint, if a row had a name: below it on a terminal, beside it on a pipe."""
        if self.has_named:
            sys.stdout.flush()
            (sys.stdout.write if self.as_page else to_stderr)(HINT + "\n")


def _page(block: Block, date: str) -> list[str]:
    subject, kind, lines, remark = block
    head = f"{subject}  {kind}"
    page = [_shown(head) + " " * max(_width() - len(head) - len(date), 2) + _shown(date)]
    with_ports = any(line[0] != subject for line in lines)
    cells = [list(map(_shown, (*line[not with_ports : 4], _words(line), line[5]))) for line in lines]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = GAP.join(cell.ljust(wide) for cell, wide in zip(row, widths, strict=True))
        page.append("  " + padded.rstrip())
    if not lines:
        page.append("  no row on that transport")
    if remark:
        page.append("  " + _shown(remark))
    return page


def _standard_input(table: Table, writer: Writer) -> int:
    """Answer the keys on standard input, one a line; stop at the first that is wrong."""
    from portbook.cli.keys import keys_of, parse_key
    from portbook.cli.refusal import sentence
    from portbook.errors import RuleError

    status = FOUND
    missing = None
    for text in keys_of(["-"]):
        try:
            subject, transports = parsed(text) or parse_key(text)[1:]
            if block := block_of((subject, tuple(transports)), table):
                writer.write(block)
                continue
            if missing is None:
                from portbook.cli.missing import MissingNames

                missing = MissingNames.of_id(table.edition_id)
            status = _complaint(missing.sentence(str(subject)), NOT_FOUND)
        except RuleError as error:
            return _complaint(sentence(error).removeprefix("portbook: "), USAGE)
    return status


def _complaint(message: str, status: int) -> int:
    sys.stdout.flush()
    to_stderr(f"portbook: {_shown(message)}\n")
    return status


def _send(text: str) -> None:
    if not text.isascii() and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.stdout.write(text)


def _shown(text: str) -> str:
    """*text* with control characters shown, none sent (T-35)."""
    if text.isascii() and text.isprintable():
        return text
    from portbook.errors import visible

    return visible(text)


def _words(line: Line) -> str:
    return f"{line[4]} ({line[6]})" if line[4] and line[6] else line[4] or line[6]


def _width() -> int:
    """The columns to write in: COLUMNS, else the terminal's."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and columns.isascii() and int(columns):
        return min(int(columns), WIDEST)
    try:
        return min(os.get_terminal_size(sys.stdout.fileno()).columns or WIDEST, WIDEST)
    except OSError:
        return WIDEST


# -- what the table says of ports, names and rows


def runs(table: Table, low: int, high: int, transport: str) -> list[Run]:
    """Return the ports *low* to *high* as runs with the same answer on *transport*."""
    found: list[Run] = []
    run = run_of(table, low)
    while low <= high:
        last = min(table.first_port(run + 1) - 1, high)
        if last < low:
            raise TableError(
                "E-TABLE-OFFSET", f"look-up table is damaged: its runs are not in order at port {low}"
            )
        verdict = verdict_of(table, run, transport)
        rows = [row for row in map(table.row, table.rows_at(run)) if not row[2] or fold(row[2]) == transport]
        before = found[-1] if found and _range_of(found[-1][0]) == _range_of(low) else None
        if before and before[2:] == (verdict, rows):
            found[-1] = (before[0], last, verdict, rows)
        else:
            found.append((low, last, verdict, rows))
        low, run = last + 1, run + 1
    return found


def run_of(table: Table, port: int) -> int:
    """Return the number of the run that holds *port*."""
    low, high = 0, table.count["runs"]
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if table.first_port(middle) <= port else (low, middle)
    return low


def verdict_of(table: Table, run: int, transport: str) -> Verdict:
    """Return state, why, reason, companions and remark of a run's ports on *transport*."""
    data = table.data
    kind = number(data, table.item("runs", run, 7) + 2, 2)
    at = table.item("verdicts", kind, 60) + 15 * TRANSPORTS.index(transport)
    return tuple(table.text(number(data, at + 3 * field)) for field in range(5))


def facts(table: Table, place: int) -> tuple[str, ...]:
    """Return description, references, assignees, contacts, unauthorized use and note of a row's facts."""
    at = table.item("facts", place, 18)
    return tuple(table.text(number(table.data, at + 3 * field)) for field in range(6))


def find_name(table: Table, name: str) -> int | None:
    """Return the number of the first row of *name*, in any case, or None."""
    place = _place(table, "names", name)
    return None if place is None else _first_row(table, place)


def find_alias(table: Table, name: str) -> tuple[str, bool] | None:
    """Return the name to use instead of *name* and whether *name* is historic (RFC 6335 10.1), or None."""
    place = _place(table, "aliases", name)
    if place is None:
        return None
    at = table.item("aliases", place, 7)
    return table.text(number(table.data, at + 3)), table.data[at + 6] == 1


def _place(table: Table, section: str, name: str) -> int | None:
    """Where *name* stands in a section that is in the order of the folded names' bytes."""
    wanted = fold(name).encode("utf-8", "backslashreplace")
    low, high = 0, table.count[section]
    while low < high:
        middle = (low + high) // 2
        if section == "names":
            text = table.row(_first_row(table, middle))[3]
        else:
            text = table.text(number(table.data, table.item("aliases", middle, 7)))
        found = fold(text).encode()
        if found == wanted:
            return middle
        low, high = (middle + 1, high) if found < wanted else (low, middle)
    return None


def _first_row(table: Table, place: int) -> int:
    return number(table.data, table.item("names", place, 3))


def rows_of(table: Table, first: int) -> list[int]:
    """Return the numbers of the rows of the name whose first row is *first*, in registry order."""
    rows = [first]
    while (following := table.row(rows[-1])[5]) != NONE:
        if following <= rows[-1]:
            raise TableError(
                "E-TABLE-OFFSET", f"look-up table is damaged: row {rows[-1]} points back to {following}"
            )
        rows.append(following)
    return rows
