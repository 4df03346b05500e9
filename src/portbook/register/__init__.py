"""The register in operation: who holds which name and number now, kept in tables, changed by acts.

The working copy of the registry (docs/register.md).  Publishing turns it into an Edition; nothing public
reads it.  `changing.transaction` is the one door for every write: one act, one Event.  The rules are the
library's; here stand the tables, the barriers of the database, and the books.  Knows no HTTP.
"""
