"""Addresses of people, units, accounts, and of the entrance."""

from __future__ import annotations

from django.urls import path, re_path

from shoumi.console.accounts import entrance, views

app_name = "accounts"
_STEPS = "|".join(views.STEPS)
urlpatterns = [
    path("signin/", entrance.SignIn.as_view(), name="signin"),
    path("signin/code/", entrance.SecondFactor.as_view(), name="code"),
    path("signin/enrol/", entrance.Enrol.as_view(), name="enrol"),
    path("signout/", entrance.SignOut.as_view(), name="signout"),
    path("setup/<str:token>/", entrance.SetUp.as_view(), name="setup"),
    path("invitation/<str:token>/", entrance.Invitation.as_view(), name="invitation"),
    path("me/", views.Me.as_view(), name="me"),
    path("me/password/", views.PasswordChange.as_view(), name="password"),
    path("me/sessions/<int:pk>/end/", views.SessionEnd.as_view(), name="session-end"),
    path("people/", views.People.as_view(), name="people"),
    path("people/add/", views.PersonAdd.as_view(), name="person-add"),
    path("people/import/", views.Import.as_view(), name="import"),
    path("people/import/<int:pk>/", views.ImportPlan.as_view(), name="import-plan"),
    re_path(r"^people/template\.(?P<form>csv|xlsx)$", views.Template.as_view(), name="template"),
    path("people/<int:pk>/", views.OnePerson.as_view(), name="person"),
    path("people/<int:pk>/change/", views.PersonChange.as_view(), name="person-change"),
    path("people/<int:pk>/account/", views.AccountOpen.as_view(), name="account-open"),
    path("people/<int:pk>/depart/", views.PersonDepart.as_view(), name="person-depart"),
    path("units/", views.Units.as_view(), name="units"),
    path("units/add/", views.UnitAdd.as_view(), name="unit-add"),
    path("units/<int:pk>/", views.OneUnit.as_view(), name="unit"),
    path("units/<int:pk>/change/", views.UnitChange.as_view(), name="unit-change"),
    path("units/<int:pk>/close/", views.UnitClose.as_view(), name="unit-close"),
    path("accounts/", views.Accounts.as_view(), name="accounts"),
    path("accounts/<int:pk>/", views.OneAccount.as_view(), name="account"),
    path("accounts/<int:pk>/role/", views.RoleGrant.as_view(), name="role-grant"),
    re_path(rf"^accounts/(?P<pk>\d+)/(?P<step>{_STEPS})/$", views.AccountStep.as_view(), name="account-step"),
    path("roles/<int:pk>/withdraw/", views.RoleWithdraw.as_view(), name="role-withdraw"),
    path("office/", views.OfficePage.as_view(), name="office"),
    path("office/change/", views.OfficeChange.as_view(), name="office-change"),
    path("office/mode/", views.ModeChange.as_view(), name="office-mode"),
]
