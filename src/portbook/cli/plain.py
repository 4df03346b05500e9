"""Plain keys, answered from the compiled table before argparse, rich, re, typing or dataclasses are loaded.

`portbook 443`, `6005/tcp`, `tcp/80`, `:443`, `6000-6063`, `https`, `https/udp`, `_https._tcp`, any number
of them, and `-` for keys on standard input, one a line.  Whatever is not plain is left to the full command,
which knows better what to say: options, verbs, bad keys, names that no row has.

On a terminal an answer is a small table with the edition's date.  On a pipe each row is a line of eight
cells, tabs between them: ports, transport, state, service name, description, references, why, edition.
`why` is empty when a row for just that port and transport says so; it also tells a row's own range, the
name to use instead of an alias, and reports of unauthorized use.  Nothing says what traffic is (R-LOOK-3);
a last line says that, on a pipe to standard error.

Exit status: 0 answered, 1 a name on standard input is unknown, 2 a key there is wrong, 3 no usable table.
"""

import os
import sys

from portbook.lookup import NONE, TRANSPORTS, Row, Table, TableError, current_table, fold, number

VERBS = ("check", "convert", "editions", "getent", "lookup", "paths", "search", "serve", "show")
HINT = "A registered name says who asked for the number, not what runs on it."
MAX_KEY = 255  # characters, as in `keys`
WIDEST = 100  # columns of a page
GAP = "  "
FOUND, NOT_FOUND, USAGE, NO_DATA = range(4)

_ON = {name: (name,) for name in TRANSPORTS} | {"any": TRANSPORTS, "udplite": ("udp",), "udp-lite": ("udp",)}
_LABELS = {
    "_tcp": ("tcp",),
    "_udp": ("udp", "sctp", "dccp"),
}  # RFC 6763 section 7: "_udp" is all but TCP (R-SD-5)
_RANGES = ((49152, "Dynamic Ports"), (1024, "User Ports"), (0, "System Ports"))

Key = tuple[tuple[int, int] | str, tuple[str, ...]]  # ports or a name, and transports
Line = tuple[str, str, str, str, str, str, str]  # ports, transport, state, name, description, references, why
Block = tuple[str, str, list[Line], str]  # what was asked, what kind of thing that is, the lines, a remark
Run = tuple[int, int, tuple[str, ...], list[Row]]  # first and last port; state, why, ..., remark; the rows


def answer(argv: list[str]) -> int | None:
    """Answer the plain keys *argv* and return the exit status; None, with nothing written, for all else."""
    if not argv or argv[0] in VERBS or any(word.startswith("-") and word != "-" for word in argv):
        return None
    keys = [parsed(word) for word in argv]
    if any(key is None and word != "-" for key, word in zip(keys, argv, strict=True)):
        return None
    try:
        sheet = Sheet(current_table())
        blocks = [sheet.block(key) if key else None for key in keys]
        if any(key and block is None for key, block in zip(keys, blocks, strict=True)):
            return None
        status = FOUND
        for block in blocks:
            if block:
                sheet.write(block)
            elif (status := max(status, _standard_input(sheet))) == USAGE:
                return status
    except TableError as error:
        # without a table the full command asks the store; a damaged one is told
        return None if error.code == "E-TABLE-MISSING" else _complaint(str(error), NO_DATA)
    sheet.end()
    return status


def parsed(text: str) -> Key | None:
    """Return what *text* asks for (lowest and highest port, or name; transports); None if it is not plain."""
    if not text.isascii() or not text.isprintable() or " " in text or not 0 < len(text) <= MAX_KEY:
        return None
    if text[0] == "_":
        name, _, label = text[1:].rpartition(".")
        on = _LABELS.get(label.lower())
        return (name, on) if name and on and "." not in name else None
    head, slash, tail = text.rpartition("/")
    first, _, rest = text.partition("/")
    subject, on = text, TRANSPORTS
    if slash and (found := _ON.get(tail.lower())):
        subject, on = head, found
    elif slash and (found := _ON.get(first.lower())):
        subject, on = rest, found
    elif slash and not any(map(str.isalpha, head)):  # "443/tpc"
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
    return int(text) if int(text) <= 65535 else -1


class Sheet:
    """The answers of one call, from one table, written as they come."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.as_page = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"

    def block(self, key: Key) -> Block | None:
        """Return the answer to *key*, or None for an unknown name."""
        subject, on = key
        if isinstance(subject, str):
            return self._name_block(subject, on)
        found = [(low, line) for transport in on for low, line in self._lines_at(*subject, transport)]
        kind = " and ".join(dict.fromkeys(_range_of(low) for low, _ in found))
        single = subject[0] == subject[1]
        return _span(*subject), kind[:-1] if single else kind, [line for _, line in found], ""

    def _name_block(self, name: str, on: tuple[str, ...]) -> Block | None:
        first = find_name(self.table, name)
        if first is None:
            return None
        found = [self.table.row(row) for row in rows_of(self.table, first)]
        published, remark = found[0][3], self._alias_remark(found[0][3])
        why = [remark] if remark and not self.as_page else []
        rows = [row for row in found if len(on) == len(TRANSPORTS) or not row[2] or fold(row[2]) in on]
        lines = [self._line(row, _span(row[0], row[1]), row[2], "assigned", why) for row in rows]
        return published, "Service name", lines, remark

    def _lines_at(self, low: int, high: int, transport: str) -> list[tuple[int, Line]]:
        """The lines for ports *low* to *high* on one transport, each with its first port."""
        lines = []
        for first, last, verdict, rows in runs(self.table, low, high, transport):
            ports, why, state = _span(first, last), _why(verdict), verdict[0].lower()
            for row in rows:
                said = [why] if why != "a row says so" else []
                if row[:2] != (first, last):
                    said.append(f"row {_span(row[0], row[1])}")
                if remark := self._alias_remark(row[3]):
                    said.append(remark)
                lines.append((first, self._line(row, ports, transport, state, said)))
            if not rows:
                lines.append((first, (ports, transport, state, "", "", "", why)))
        return lines

    def _line(self, row: Row, ports: str, transport: str, state: str, why: list[str]) -> Line:
        description, references, _, _, unauthorized, _ = facts(self.table, row[4])
        said = [*why, f"unauthorized use reported: {unauthorized}"] if unauthorized else why
        return ports, transport, state, row[3], description, references, "; ".join(said)

    def _alias_remark(self, name: str) -> str:
        """Which name to use instead of *name*, if another one."""
        found = find_alias(self.table, name) if name else None
        if not found:
            return ""
        return f"`{name}` is {'a historic name' if found[1] else 'an alias'}. Use `{found[0]}`."

    # -- writing

    def write(self, block: Block) -> None:
        """Write one answer."""
        subject, kind, lines, remark = block
        edition = self.table.edition_id
        if not self.as_page:
            _send("".join("\t".join(map(_shown, (*line, edition))) + "\n" for line in lines))
            return
        head, date = f"{subject}  {kind}", f"edition {edition}"
        page = [_shown(head) + " " * max(_width() - len(head) - len(date), 2) + date]
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
        _send("\n".join(page) + "\n")

    def end(self) -> None:
        """Write the hint: below the answers on a terminal, beside them on a pipe."""
        sys.stdout.flush()
        (sys.stdout if self.as_page else sys.stderr).write(HINT + "\n")


def _standard_input(sheet: Sheet) -> int:
    """Answer the keys on standard input, one a line; stop at the first that is wrong."""
    from portbook.cli.keys import keys_of, parse_key
    from portbook.cli.refusal import sentence
    from portbook.errors import RuleError

    status = FOUND
    for text in keys_of(["-"]):
        try:
            subject, transports = parsed(text) or parse_key(text)[1:]
        except RuleError as error:
            return _complaint(sentence(error).removeprefix("portbook: "), USAGE)
        if block := sheet.block((subject, tuple(transports))):
            sheet.write(block)
        else:
            status = _complaint(f"No service is called `{subject}`.", NOT_FOUND)
    return status


def _complaint(message: str, status: int) -> int:
    sys.stdout.flush()
    sys.stderr.write(f"portbook: {_shown(message)}\n")
    return status


def _send(text: str) -> None:
    if not text.isascii() and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.stdout.write(text)


def _shown(text: str) -> str:
    """*text* with control characters shown, none sent (T-35)."""
    if text.isprintable():
        return text
    from portbook.cli.output import visible

    return visible(text)


def _words(line: Line) -> str:
    return f"{line[4]} ({line[6]})" if line[4] and line[6] else line[4] or line[6]


def _why(verdict: tuple[str, ...]) -> str:
    """Why a state is so, in words: companion of which transports, or for what reason."""
    _, why, reason, companions, _ = verdict
    if why.startswith("companion "):
        return f"companion of {companions} (implied)"
    return f"{why}; {reason}" if reason and reason != why else why


def _span(low: int, high: int) -> str:
    if low > high:
        return ""
    return str(low) if low == high else f"{low}-{high}"


def _range_of(port: int) -> str:
    return next(name for first, name in _RANGES if port >= first)


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


def verdict_of(table: Table, run: int, transport: str) -> tuple[str, ...]:
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
