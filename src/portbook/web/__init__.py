"""The site and the HTTP API: pages for people, JSON for programs, both from one edition.

The public half: it reads editions, never the register's tables, sets no cookie and needs no database.
Runs under any WSGI server as `portbook.web.wsgi:application`; `portbook serve` starts one.
"""
