"""Log lines as JSON: one event a line, named fields only, control characters escaped (T-82).

No query, header, body or address of a person is written; of a request only its method, its path and
the number that the error page shows.
"""

import json
import logging
import re
from datetime import UTC, datetime

from portbook.errors import shown

PATH_SHOWN = 200  # characters

_SECRET = re.compile(r"[A-Za-z0-9_-]{32,}", re.ASCII)  # as links that work once have it (T-70)


class Lines(logging.Formatter):
    """A formatter that writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
        }
        request = getattr(record, "request", None)
        if request is None:
            line["message"] = record.getMessage()
        else:
            line["method"] = shown(str(request.method))
            line["path"] = shown(_SECRET.sub("...", request.path), PATH_SHOWN)
            line["id"] = getattr(record, "fault_id", "")
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)
