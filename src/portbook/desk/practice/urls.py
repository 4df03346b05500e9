"""The addresses of a desk for practice: its own, and the choice of people."""

from django.urls import path

from portbook.desk import urls as desk
from portbook.desk.practice import pages

urlpatterns = [
    path("desk/practice", pages.people),
    path("desk/practice/letters", pages.letters),
    *desk.urlpatterns,
]

handler400, handler404, handler500 = desk.handler400, desk.handler404, desk.handler500
