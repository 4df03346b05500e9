"""Operations: every way in which a register changes, one function a procedure; there is no other.

`acting` is how each is done: lock, re-read, who may (`roles`), what the rules say, the change, one Event, the
letters, commit, answer.  An operation holds no rule of its own.
"""
