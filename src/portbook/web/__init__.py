"""The site and the HTTP API: pages for people, JSON for programs, both from one edition.

The public half: it reads editions, never the register's tables, sets no cookie and needs no database.
Runs under any WSGI server as `portbook.web.wsgi:application`; `portbook serve` starts one.

Where a request goes: `front` (the middleware: `conditions`, `codings`, `memory`), `shown` (which edition
answers), `urls`, then a view.  The views, and what each is made with:

- `pages` (the first page: `heads`; the search: `results`, `doors`, `marking`)
- `pages_of_ports`, `pages_of_services` (`sentences`, `cards`, `lines`, `namings`, `near`, `reports`,
  `txt_tables`)
- `ranges`, `tables` (`table_questions`, `rows`)
- `people`, `citations` (`directories`, `entries`, `paging`, `missing`)
- `edition_pages` (`edition_facts`, `edition_words`), `files`, `export_files` (`sending`), `about`, `assets`
- `api` (`schemas`)

`static_pages` asks them for every page, to be written as a file (`static_addresses`).

For all: `editions` (an edition as it is shown), `addresses`, `texts`, `questions`, `problems`, `layout`.
"""
