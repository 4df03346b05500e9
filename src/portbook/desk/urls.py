"""The addresses of the site with its desk: the public ones first, then those behind the door."""

from django.urls import include, path

from portbook.desk import acting, work
from portbook.web import urls as public

urlpatterns = [
    *public.urlpatterns,
    path("accounts/", include("allauth.urls")),
    path("desk", work.work, name="desk"),
    path("desk/do/<str:slug>", acting.deed),
]

handler400 = public.handler400
handler404 = "portbook.web.problems.not_found"
handler500 = "portbook.web.problems.server_error"
