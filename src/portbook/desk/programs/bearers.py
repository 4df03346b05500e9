"""Who a program acts for: a token in the Authorization header, asked anew each time (T-59, T-70, T-71).

A token is good while it is neither revoked nor expired, its account may sign in, and its member has the roles
that it was made with.  Whatever else is wrong with one is told in the same words.  No cookie counts.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

from portbook.desk import problems
from portbook.desk.limits import MAX_FAILURES, MAX_REQUESTS
from portbook.desk.members import Person, person_of
from portbook.desk.models import Token
from portbook.desk.programs import answers, counting, token_texts
from portbook.desk.programs.scopes import Scope
from portbook.errors import PortbookError, Problem
from portbook.register.roles import Role
from portbook.web import clock
from portbook.web.problems import RequestError

_CHALLENGE = 'Bearer realm="portbook"'
_SOURCE = "RFC 6750"

View = Callable[..., HttpResponse]


class TokenError(RequestError):
    """A request that its token does not carry; `challenge` says what would (RFC 6750 section 3)."""

    def __init__(self, status: HTTPStatus, problem: Problem, challenge: str = "") -> None:
        super().__init__(status, problem)
        self.challenge = challenge


def bearing(
    *methods: str, scope: Scope | None = Scope.READ, roles: tuple[Role, ...] = ()
) -> Callable[[View], View]:
    """Let requests with a good token in: with *scope*, of members with one of *roles* if any are named.

    With `scope=None` the view itself asks for the scope (`check_scope`).
    """

    def decorated(view: View) -> View:
        @wraps(view)
        def entered(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
            try:
                if request.method not in methods:
                    return answers.wrong_method(request, methods)
                person = _bearer(request)
                if scope is not None:
                    check_scope(request, scope)
                if roles and not person.has(*roles):
                    raise problems.no_such_page("page")
                return view(request, *arguments, **named)
            except PortbookError as error:
                return _refused(error)

        entered.roles = roles  # type: ignore[attr-defined]
        return entered

    return decorated


def check_scope(request: HttpRequest, scope: Scope | None) -> None:
    """Raise `TokenError` E-DESK-SCOPE unless the token of *request* has *scope*; None is had by no token."""
    token: Token = request.token  # type: ignore[attr-defined]
    if scope is None or scope not in token.scopes.split():
        wanted = scope or "a page"
        message = f"this token may {token.scopes or 'nothing'}; this needs {wanted}"
        challenge = f'error="insufficient_scope", scope="{wanted}"'
        raise TokenError(HTTPStatus.FORBIDDEN, Problem("E-DESK-SCOPE", message, _SOURCE), challenge)


def _bearer(request: HttpRequest) -> Person:
    """Return for whom the request acts, and note the token on it."""
    token = _token_of(request)
    if token is None:
        raise _unknown(request)
    request.user = token.account.user
    person = person_of(request)
    if person.standing != token.roles:
        raise _unknown(request)
    if person.needs_factor and not person.has_factor:
        message = "this account has no second factor, and what its member is asks for one; sign in to add it"
        raise TokenError(HTTPStatus.FORBIDDEN, Problem("E-DESK-FACTOR", message, "docs/desk.md"))
    if counting.count(f"account {token.account_id}") > MAX_REQUESTS:
        raise _too_many(f"{MAX_REQUESTS} requests a minute are answered to one account")
    _note_use(token)
    request.token = token  # type: ignore[attr-defined]
    return person


def _token_of(request: HttpRequest) -> Token | None:
    """The good token that the header names."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    if kind.casefold() != "bearer" or not token_texts.is_one(text):
        return None
    found = Token.objects.select_related("account__user").filter(digest=token_texts.digest_of(text)).first()
    if found is None or found.is_revoked or found.expires < clock.instant():
        return None
    return found if found.account.user.is_active else None


def _note_use(token: Token) -> None:
    """Note the day on which the token was used; later uses of that day write nothing."""
    if token.used != (today := clock.instant()[:10]):
        Token.objects.filter(pk=token.pk).update(used=today)


# -- refusals


def _unknown(request: HttpRequest) -> TokenError:
    if counting.count(f"address {counting.address_of(request)}") > MAX_FAILURES:
        return _too_many(f"{MAX_FAILURES} requests a minute without a good token are answered to one address")
    message = 'this needs "Authorization: Bearer" with a token of /desk/account/tokens that still holds'
    return TokenError(
        HTTPStatus.UNAUTHORIZED, Problem("E-DESK-TOKEN", message, _SOURCE), 'error="invalid_token"'
    )


def _too_many(message: str) -> TokenError:
    return TokenError(HTTPStatus.TOO_MANY_REQUESTS, Problem("E-DESK-RATE", message, "docs/limits.md"))


def _refused(error: PortbookError) -> HttpResponse:
    response = answers.refused(error)
    if isinstance(error, TokenError) and error.status is HTTPStatus.TOO_MANY_REQUESTS:
        response["Retry-After"] = str(counting.seconds_left())
    elif isinstance(error, TokenError):
        response["WWW-Authenticate"] = f"{_CHALLENGE}, {error.challenge}" if error.challenge else _CHALLENGE
    return response
