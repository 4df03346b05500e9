"""The pre-check by the edition that is shown: made once, for its indexes cost more than an answer."""

from portbook.policy import Policy
from portbook.precheck import Checker
from portbook.search import SearchIndex
from portbook.web.editions import Opened, Served


class _Checker(Checker):
    """Pre-checks that search with what the site has made already."""

    def __init__(self, opened: Opened, policy: Policy) -> None:
        super().__init__(opened.edition, policy)
        self.opened = opened

    @property
    def index(self) -> SearchIndex:  # computed once there too
        return self.opened.index


_newest: _Checker | None = None


def checker_of(here: Served, policy: Policy) -> Checker:
    """Return what checks by the edition that *here* shows and by *policy*; the last one is kept."""
    global _newest
    known = _newest
    if known is None or known.opened is not here.opened or known.policy != policy:
        known = _newest = _Checker(here.opened, policy)
    return known
