"""Applying: the form of an application, from the first question to sending it, and what is kept meanwhile."""
