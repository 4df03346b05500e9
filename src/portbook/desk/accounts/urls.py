"""The addresses of allauth that make sense here; those of other providers only where one is named."""

from allauth.urls import build_provider_urlpatterns
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from portbook.desk.accounts import own_account

urlpatterns: list[URLPattern | URLResolver] = [
    path("sessions/", own_account.sessions, name="usersessions_list"),
    path("2fa/totp/picture.svg", own_account.totp_picture, name="totp_picture"),
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
]
if settings.SOCIALACCOUNT_PROVIDERS:
    urlpatterns += [
        path("3rdparty/", include("allauth.socialaccount.urls")),
        *build_provider_urlpatterns(),
    ]
