"""The limits of the register: sizes of texts, the same in acts, models and database, and waits (I-9)."""

MAX_NAME = 255  # characters of a name of any kind: member, party, team, operation, object, key
MAX_ADDRESS = 100  # of the site, in letters
MAX_TEXT = 10_000  # of a reason or a message
MAX_CHANNEL = 40
MAX_ROW = 400_000  # of one published row as JSON; its fields are limited one by one (`formats.limits`)
MAX_DOCUMENT = 1_000_000  # of an application, a policy, the head of an edition, an answer
MAX_CHANGES = 50_000_000  # of what one Event changes
MAX_CODE = 0xFFFFFFFF  # a service code has 32 bits (RFC 4340 section 8.1.2)
MAX_TRIES = 5  # of one act that collides with others
APPROVAL_HOURS = 24  # that the word of a second person holds (D-7)

# Contacts (T-47, T-48)
MAX_ADDRESSES = 5  # of one contact
MAX_CLAIMS = 3  # takeovers that one member begins in `CHANGE_DAYS`
CHANGE_DAYS = 14  # until other addresses take effect
REST_DAYS = 30  # after that without another change
VERIFIED_MONTHS = 12  # that an address which answered counts
INQUIRY_DAYS = 30  # that the link of a letter to an address can be followed
MAX_INQUIRIES = 500  # addresses that are asked by one act

# What is read at once of entries and cases
ROWS_A_PAGE = 50
MAX_ROWS = 200  # of one service or port
MAX_ROWS_SOUGHT = 100  # characters of what is looked for in entries
MAX_CASES = 200  # of one kind
MAX_TOLD = 50  # Events about one thing

REMINDER_DAYS = 7  # from one reminder of an application to the next

MAX_BACKUP_LINE = 67_108_864  # bytes of one row in a backup; what one Event changes is the longest
MAX_LETTER_TRIES = 8  # of a letter that the mail server refuses for now
LETTERS_AN_HOUR = 60  # to one address; what is more waits
MAIL_SECONDS = 30  # that the mail server may take for an answer

# Lists of applications (T-74)
APPLICATIONS_A_PAGE = 50
MAX_SOUGHT = 100  # characters that are looked for
MAX_LIKE = 8  # closed cases beside an application
LIKE_AMONG = 100  # of the newest closed cases
