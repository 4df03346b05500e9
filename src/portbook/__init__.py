"""Portbook: the IANA registry of service names and port numbers, as a library.

The public names, each loaded from its module when it is first asked for; `import portbook` loads no other.

    >>> import portbook
    >>> portbook.services(443, "tcp")
    ('https',)
"""

__version__ = "0.1.0"

_MODULES = {
    "services": "lookup",
    "ports": "lookup",
    "getservbyname": "lookup",
    "getservbyport": "lookup",
    "read": "formats",
    "write": "formats",
    "Edition": "edition",
    "PortState": "edition",
    "Service": "edition",
    "State": "edition",
    "Record": "records",
    "Transport": "numbers",
    "EditionStore": "store",
    "Problem": "errors",
    "PortbookError": "errors",
    "RuleError": "errors",
}
TYPE_CHECKING = False  # what type checkers read as true; `typing` would have to be loaded
if TYPE_CHECKING:
    from portbook import formats as formats
    from portbook.edition import Edition as Edition
    from portbook.edition import PortState as PortState
    from portbook.edition import Service as Service
    from portbook.edition import State as State
    from portbook.errors import PortbookError as PortbookError
    from portbook.errors import Problem as Problem
    from portbook.errors import RuleError as RuleError
    from portbook.formats import read as read
    from portbook.formats import write as write
    from portbook.lookup import getservbyname as getservbyname
    from portbook.lookup import getservbyport as getservbyport
    from portbook.lookup import ports as ports
    from portbook.lookup import services as services
    from portbook.numbers import Transport as Transport
    from portbook.records import Record as Record
    from portbook.store import EditionStore as EditionStore

__all__ = ["__version__", *_MODULES]


def __getattr__(name: str) -> object:
    """Load a public name (PEP 562), or the package `formats` itself."""
    if name == "formats":
        return __import__("portbook.formats", fromlist=[name])
    if name not in _MODULES:
        raise AttributeError(f"module 'portbook' has no attribute {name!r}")
    module = __import__(f"portbook.{_MODULES[name]}", fromlist=[name])
    value = globals()[name] = getattr(module, name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
