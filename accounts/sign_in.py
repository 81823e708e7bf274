"""Addresses of sign-in and passwords: the library's views under the library's names.

Named one by one, because its own list also opens pages on which people change their e-mail
address by themselves. Two-factor, passkeys and single sign-on add their lists beside this one.
"""

from __future__ import annotations

from allauth.account import views
from django.urls import path, re_path

from accounts.views.lost_session import signed_in_again
from accounts.views.signing_in import account_login

urlpatterns = [
    path("login/", account_login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("again/", signed_in_again, name="signed_in_again"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", views.signup, name="account_signup"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
