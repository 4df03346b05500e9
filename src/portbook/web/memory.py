"""Memory: answers of one edition, kept by their addresses, so that a page is made once.

It remembers what a view said and knows nothing itself.  The least recently asked goes first (I-9).
"""

import threading
from collections import OrderedDict
from functools import cached_property

from portbook.web import codings

MAX_REMEMBERED = 64 * 1024 * 1024  # bytes, of one edition in one process
MAX_ANSWER = 512 * 1024  # bytes; a larger answer is a file
_OVERHEAD = 512  # bytes, about what an entry weighs besides its content


class Answer:
    """A good answer: its bytes, its headers, and the bytes packed by gzip."""

    def __init__(self, content: bytes, headers: tuple[tuple[str, str], ...]) -> None:
        self.content = content
        self.headers = headers

    @cached_property
    def packed(self) -> bytes:
        """The content packed; the same bytes for the same content, for it holds no time."""
        return codings.packed(self.content)

    @property
    def is_packable(self) -> bool:
        return codings.is_packable(self.content)


class Memory:
    """Answers by key, at most `limit` bytes of them."""

    def __init__(self, limit: int = MAX_REMEMBERED) -> None:
        self._limit = limit
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._size = 0
        self._state = ""
        self._lock = threading.Lock()

    def get(self, state: str, key: str) -> Answer | None:
        """Return what was answered at *key* while the *state* of all answers was the same, or None."""
        with self._lock:
            if state != self._state:
                self._answers.clear()
                self._size, self._state = 0, state
                return None
            if answer := self._answers.get(key):
                self._answers.move_to_end(key)
            return answer

    def keep(self, state: str, key: str, answer: Answer) -> None:
        """Keep *answer*, made in *state*, unless it is too large or the state another one by now."""
        if len(answer.content) > MAX_ANSWER:
            return
        with self._lock:
            if state != self._state:
                return
            if before := self._answers.pop(key, None):
                self._size -= _weight(key, before)
            self._answers[key] = answer
            self._size += _weight(key, answer)
            while self._size > self._limit:
                self._size -= _weight(*self._answers.popitem(last=False))


def _weight(key: str, answer: Answer) -> int:
    """Bytes that an entry takes; packed ones take at most a third more."""
    return len(answer.content) * 4 // 3 + len(key) + _OVERHEAD
