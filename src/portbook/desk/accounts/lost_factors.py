"""Lost second factors: what goes with them when the office takes them away, so that nobody else stays in.

Sessions end and tokens are revoked: whoever holds the lost key holds nothing.  The password goes too, and
what ties an account elsewhere to this one, or either alone would be enough from then on to set up a factor:
the way back in is a code that a letter brings to the account's address, then another password, then another
factor.
"""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession

from portbook.desk.models import Account, Token


def forget(member: str) -> int:
    """Take away the factors of the account of *member*; return how many ways to show one there were."""
    account = Account.objects.filter(member=member).first()
    if account is None:
        return 0
    held = Authenticator.objects.filter(user_id=account.user_id)
    count: int = held.exclude(type=Authenticator.Type.RECOVERY_CODES).count()
    held.delete()
    account.user.set_unusable_password()
    account.user.save(update_fields=["password"])
    SocialAccount.objects.filter(user_id=account.user_id).delete()
    for session in UserSession.objects.filter(user_id=account.user_id):
        session.end()
    Token.objects.filter(account=account).update(is_revoked=True)
    return count
