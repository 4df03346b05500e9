"""How long an update has, and how slow it may be: `Pace` is asked before every wait (T-21)."""

import time

from portbook.update.failures import InterruptedFetch, UpdateError, interrupted, refused
from portbook.update.limits import Limits


class Pace:
    """The time of one update, from now on: all in all, and in windows of one connection."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._end = time.monotonic() + limits.seconds
        self.begin()

    def begin(self) -> None:
        """Begin the windows of a new connection."""
        self._window = time.monotonic()
        self._received = 0

    def count(self, received: int) -> None:
        """Note that so many bytes came."""
        self._received += received

    def patience(self) -> float:
        """Return for how many seconds to wait at most, before asking again.

        Raises `UpdateError` E-UPDATE-SLOW when all the time has passed, `InterruptedFetch` of the same code
        when less than the least came within a window.
        """
        now = time.monotonic()
        if now >= self._end:
            raise self.late()
        limits = self._limits
        if now >= self._window + limits.window:
            if self._received < limits.rate * limits.window:
                raise self.slow()
            self._window, self._received = now, 0
        return min(self._end, self._window + limits.window) - now

    def pause(self, seconds: float) -> bool:
        """Wait between two attempts; say whether there is time for it and for another attempt."""
        if time.monotonic() + seconds >= self._end:
            return False
        time.sleep(seconds)
        return True

    def late(self) -> UpdateError:
        message = f"the download was not complete after {self._limits.seconds:g} seconds"
        return refused("E-UPDATE-SLOW", message)

    def slow(self) -> InterruptedFetch:
        least = f"{self._limits.rate} bytes a second"
        message = f"{self._received} bytes came in {self._limits.window:g} seconds; at least {least} must"
        return interrupted("E-UPDATE-SLOW", message)
