"""The desk: accounts, and the pages where applicants, holders, experts, registrars and auditors work.

Every act is an operation of `portbook.register`; the desk adds no rule of its own.  It says who somebody is
(accounts, second factors, tokens), shows what the register knows, and asks for what an operation needs.  The
public half of the site (`portbook.web`) knows nothing of it and goes on without it.
"""
