"""How often somebody may try at the door, and how long codes and links hold (T-60, T-65, T-84).

In allauth's words: "10/m/ip" are ten tries a minute from one address, IPv6 by the network that a household
has; "key" is the account that is tried, "user" who is signed in.
"""

CODE_SECONDS = 15 * 60  # that a code of a letter can be entered
CODE_TRIES = 3
SESSION_SECONDS = 12 * 3_600  # in all, however busy
MAX_EMAIL = 254  # characters of an address (RFC 5321 section 4.5.3.1.3, less its brackets)
INVITATION_HOURS = 72  # that the link of an invitation holds
FOUNDING_HOURS = 24  # that the one on the console holds
IPV6_PREFIX = 64  # bits of an address that count as one
SITE_PREFIX = 48  # bits that a whole site has (RFC 6177 section 2); of IPv4 one address
LETTERS_AN_HOUR = 10  # to one address, whoever asks for them (T-64)

LETTERS = "letter"  # our own actions, beside those of allauth
SIGN_UP, RESET = "signup", "reset_password"


def of_a_site(action: str) -> str:
    """Return the action that counts the letters that one site causes (`SITE_PREFIX`)."""
    return f"{action}_of_a_site"


def of_all(action: str) -> str:
    """Return the action that counts the letters that everybody causes."""
    return f"{action}_of_all"


ACCOUNTS = {
    "login": "30/m/ip",  # an office behind one address signs in at nine
    "login_failed": "10/m/ip,5/5m/key",  # 1,440 guesses a day at an account, of 10^12 and more
    "signup": "20/h/ip",  # a course of students; each costs a letter
    "reset_password": "20/h/ip,3/h/key",  # each costs a letter
    "confirm_email": "1/10s/key",  # a code anew
    "change_password": "5/m/user",
    "manage_email": "10/h/user",  # each may cost a letter to a stranger
    "reauthenticate": "10/m/user",
    of_a_site(SIGN_UP): "60/h/key",
    of_a_site(RESET): "60/h/key",
    of_all(SIGN_UP): "600/h/key",  # each costs a letter, and the name of who sends them
    of_all(RESET): "600/h/key",
    LETTERS: f"{LETTERS_AN_HOUR}/h/key",
}
FACTORS = {
    "webauthn_login": "20/m/ip",  # nothing to guess; it bounds the work
}
