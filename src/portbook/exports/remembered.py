"""What several exports ask of one edition: worked out once, and forgotten with the edition.

Exports are made one after the other of the same edition, so the last one is enough.  An edition is a frozen
value: the very same object gives the same answer.  It is not kept alive.
"""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar
from weakref import ref

from portbook.edition import Edition

MOST = 4  # answers of one function that are kept

_More = ParamSpec("_More")
_Answer = TypeVar("_Answer")
_Work = Callable[Concatenate[Edition, _More], _Answer]


def remembered(work: _Work[_More, _Answer]) -> _Work[_More, _Answer]:
    """Return *work*, a function of an edition and of values, as one that works an answer out once."""
    last: list[tuple[ref[Edition], dict[object, _Answer]]] = []  # one at most

    def answer(edition: Edition, /, *more: _More.args, **named: _More.kwargs) -> _Answer:
        answers = next((answers for known, answers in tuple(last) if known() is edition), None)
        if answers is None:
            answers = {}
            last[:] = [(ref(edition, lambda _: last.clear()), answers)]
        key = more, tuple(named.items())
        if key in answers:
            return answers[key]
        if len(answers) == MOST:
            last.clear()
        return answers.setdefault(key, work(edition, *more, **named))

    return answer
