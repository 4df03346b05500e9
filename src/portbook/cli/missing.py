"""What to say of a name that no row has: "did you mean", or the transport that it was meant to end in.

Whoever looks names up, by the full command or from the compiled table, says the same; the search index is
made once a run, at the first such name.
"""

from portbook.edition import Edition
from portbook.errors import PortbookError
from portbook.numbers import parse_transport
from portbook.search import SearchIndex
from portbook.store import EditionStore

LONGEST_VERB = 16  # that somebody could have meant


class MissingNames:
    """The names that one edition does not have; without an edition, nothing is near them."""

    def __init__(self, edition: Edition | None) -> None:
        self._edition = edition
        self._index: SearchIndex | None = None

    @classmethod
    def of_id(cls, edition_id: str) -> "MissingNames":
        """Return those of a kept edition; a table may be of an edition that is not kept here."""
        try:
            return cls(EditionStore().get(edition_id).edition)
        except PortbookError:
            return cls(None)

    def sentence(self, name: str) -> str:
        """Return the sentence for *name*; raise `RuleError` E-TRANS-UNKNOWN for a service's "https/tpc"."""
        said = f"No service is called `{name}`."
        if self._edition is None:
            return said
        head, _, tail = name.rpartition("/")
        if head and self._edition.service(head):
            parse_transport(tail)
        if self._index is None:
            self._index = SearchIndex(self._edition)
        near = ", ".join(f"`{other}`" for other in self._index.suggest(name))
        meant = f"{said} Did you mean {near}?" if near else said
        return f"{meant} A verb is called `{verb}`." if (verb := _verb_like(name)) else meant


def _verb_like(name: str) -> str:
    """The verb that was probably meant; "" for none."""
    from difflib import get_close_matches

    from portbook.cli.verbs import VERBS

    found = get_close_matches(name, VERBS, n=1, cutoff=0.8) if len(name) <= LONGEST_VERB else []
    return found[0] if found else ""
