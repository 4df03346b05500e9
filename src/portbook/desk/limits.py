"""The limits of the desk: tokens, and what programs may ask (I-9)."""

MAX_TOKEN_DAYS = 366  # that a token holds
MAX_TOKENS = 20  # of one account, at the same time
MAX_REQUESTS = 120  # of one account in a minute
MAX_FAILURES = 30  # requests without a good token, of one address in a minute
MAX_EVENTS = 100  # in one answer
MAX_DIGITS = 15  # of the number of something, in an address
MAX_MONTHS = 120  # that letters to contacts look back
MAX_WORDS = 100  # in one field of a deed: contacts, documents, codes

# The office and its books
MAX_ASKED = 20  # acts of one account that wait for a second word
ACTS_SHOWN = 100  # that wait for a second word, in the list
EVENTS_A_PAGE = 50
NEWEST_EVENTS = 5  # on the first page of who reads the books
ROWS_SHOWN = 200  # of what an Event changed, or the next edition changes
BESIDE_A_MEMBER = 10  # applications, and services, that the form which changes him names
ROWS_BESIDE = 10  # of an entry, beside the form that changes it
MEMBERS_A_PAGE = 100
MAX_FINDINGS = 200  # of an audit, that are kept
SILENT_SECONDS = 60  # after which nobody is at work on a job any more

MAX_WAITING = 20  # applications that wait in one role, on the first page
CLOSED_DAYS = 30  # for which one's own applications stay there after their end
MAX_DUE = 10  # acts that clocks have made possible, there
MAX_REMARK = 500  # characters, in the expert's checklist

# Applying
MAX_DRAFTS = 20  # of one account
MAX_UPLOAD = 64 * 1024  # bytes of an application that is sent as a file (T-76)
MAX_ROWS = 10  # of a list that the form shows; a file may hold more, which are kept
