"""Django's settings for the site with its desk: those of the public half, the register, and accounts.

Besides what `portbook.web.settings` and `portbook.register.settings` read:

PORTBOOK_SECRET_FILE  the key that signs sessions, the same for all nodes; else one in Portbook's own folder
PORTBOOK_ADDRESS      where people reach the site, "https://ports.example": what links of letters begin with
PORTBOOK_PROXIES      how many proxies stand before the site and name the client in X-Forwarded-For; 0
PORTBOOK_SMTP         HOST:PORT of the server for letters with codes; without it they go to the log
PORTBOOK_MAIL_FROM    whom these letters come from
PORTBOOK_OIDC         a JSON file: providers of OpenID Connect (docs/desk.md)

A site that other machines reach (PORTBOOK_HOSTS) keeps its sessions for TLS alone.
"""

import os
from pathlib import Path

from portbook.desk import environment
from portbook.desk.accounts import rates
from portbook.register import pages
from portbook.register import settings as register
from portbook.web.settings import *  # noqa: F403
from portbook.web.settings import ALLOWED_HOSTS, LOOPBACK_HOSTS
from portbook.web.settings import HERE as WEB

HERE = Path(__file__).resolve().parent
IS_REACHED_BY_TLS = set(ALLOWED_HOSTS) != set(LOOPBACK_HOSTS)

SECRET_KEY = environment.secret_key()
DATABASES = register.DATABASES
PORTBOOK_ADDRESS = pages.configured()  # the door sees whether the site answers to it

ROOT_URLCONF = "portbook.desk.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "portbook.register",
    "portbook.desk",
]
MIDDLEWARE = [
    "portbook.desk.door.Public",
    "portbook.desk.door.Door",
    "portbook.desk.door.Sessions",
    "portbook.desk.door.Forms",
    "portbook.desk.door.Authentication",
    "portbook.desk.door.Messages",
    "allauth.account.middleware.AccountMiddleware",  # reads no session by itself
    "portbook.desk.door.Members",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates", WEB / "templates"],
        "APP_DIRS": True,  # type: ignore[dict-item]  # the public settings have no such entry
        "OPTIONS": {
            "builtins": ["portbook.web.filters", "portbook.desk.words", "portbook.desk.accounts.wording"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "portbook.desk.layout.around",
            ],
        },
    }
]
PORTBOOK_ASSETS = [WEB / "static", HERE / "static"]
PORTBOOK_DESK = "/desk"  # the public pages lead there

# -- sessions and forms (T-67, T-68, T-76)

_PREFIX = "__Host-" if IS_REACHED_BY_TLS else ""
SESSION_COOKIE_NAME = f"{_PREFIX}portbook"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_REACHED_BY_TLS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = rates.SESSION_SECONDS  # `door.Members` ends an idle one before
CSRF_COOKIE_NAME = f"{_PREFIX}portbook-form"
CSRF_COOKIE_AGE = None  # ends with the browser
CSRF_FAILURE_VIEW = "portbook.desk.problems.forged"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024  # bytes of a form
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 1
FILE_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024

# -- accounts (T-65, T-66, T-69)

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk"
LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_ADAPTER = "portbook.desk.accounts.adapters.Accounts"
MFA_ADAPTER = "portbook.desk.accounts.adapters.Factors"
SOCIALACCOUNT_ADAPTER = "portbook.desk.accounts.adapters.OtherAccounts"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = rates.CODE_SECONDS
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = rates.CODE_TRIES
ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS = rates.CODE_TRIES
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_MAX_LENGTH = rates.MAX_EMAIL
ACCOUNT_RATE_LIMITS, MFA_RATE_LIMITS = rates.ACCOUNTS, rates.FACTORS
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Portbook] "
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before another address, a factor, an account elsewhere
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_REACHED_BY_TLS
MFA_TOTP_ISSUER = "Portbook"
MFA_TOTP_TOLERANCE = 0  # a used code is remembered for as long as it could be used again (T-66)
SOCIALACCOUNT_PROVIDERS = environment.oidc_providers()
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_LOGIN_ON_GET = True  # the policy of our pages lets no form lead to another host

EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = environment.mail()
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("PORTBOOK_MAIL_FROM", "portbook@localhost")

# What allauth counts by (T-84).  In the database: several processes and nodes share one count.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "desk_counts",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
ALLAUTH_RATE_LIMIT_IPV6_PREFIX = rates.IPV6_PREFIX
ALLAUTH_TRUSTED_PROXY_COUNT = environment.proxies()
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
