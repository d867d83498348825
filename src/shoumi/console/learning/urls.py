"""Addresses of lessons and letters."""

from __future__ import annotations

from django.urls import path, re_path

from shoumi.console.learning.views import materials, own, people

app_name = "learning"
urlpatterns = [
    path("", own.Mine.as_view(), name="mine"),
    path("lessons/<slug:slug>/", own.Lesson.as_view(), name="lesson"),
    path("quiz/<int:pk>/", own.Quiz.as_view(), name="quiz"),
    path("letters/<slug:slug>/", own.Letter.as_view(), name="letter"),
    path("signed/<int:pk>/", own.Signed.as_view(), name="signed"),
    path("open/", people.Open.as_view(), name="open"),
    path("done/", people.Finished.as_view(), name="done"),
    path("units/", people.Units.as_view(), name="units"),
    path("remind/", people.Remind.as_view(), name="remind"),
    path("assign/", people.BringUpToDate.as_view(), name="assign"),
    path("people/<int:pk>/", people.OnePerson.as_view(), name="person"),
    path("people/<int:pk>/give/", people.Give.as_view(), name="give"),
    path("people/<int:pk>/departure/", people.Depart.as_view(), name="departure"),
    path("assignments/<int:pk>/", people.OneAssignment.as_view(), name="assignment"),
    path("assignments/<int:pk>/paper/", people.OnPaper.as_view(), name="paper"),
    path("assignments/<int:pk>/waive/", people.Waive.as_view(), name="waive"),
    path("texts/", materials.Materials.as_view(), name="materials"),
    path("texts/take/", materials.Take.as_view(), name="take"),
    path("texts/add/", materials.Add.as_view(), name="material-add"),
    re_path(r"^texts/example-(?P<language>[a-z-]+)\.md$", materials.Source.as_view(), name="example"),
    path("texts/<int:pk>/", materials.OneMaterial.as_view(), name="material"),
    path("texts/<int:pk>/write/", materials.Write.as_view(), name="write"),
    path("texts/<int:pk>/publish/", materials.Publish.as_view(), name="publish"),
    path("texts/<int:pk>/discard/", materials.Drop.as_view(), name="drop"),
    path("texts/<int:pk>/retire/", materials.Retire.as_view(), name="retire"),
    path("texts/<int:pk>/require/", materials.Require.as_view(), name="require"),
    path("requirements/<int:pk>/end/", materials.End.as_view(), name="end"),
    path("editions/<int:pk>/", materials.OneEdition.as_view(), name="edition"),
    re_path(r"^editions/(?P<pk>\d+)/(?P<language>[a-z-]+)\.md$", materials.Source.as_view(), name="source"),
]
