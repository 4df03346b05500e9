"""A register to practise with: invented people, no other machine reaches it, thrown away afterwards.

`making` fills it by the register's own operations, `pages` lets a visitor be one of its people without a
password.  Nothing here is part of a desk that is not for practice: only `practice.settings` brings it in.
"""
