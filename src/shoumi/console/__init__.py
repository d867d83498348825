"""The console: people, roles, approvals, ledgers, cases, and the audit trail under all of them.

A Django project. Each room is a folder with an ``apps.py``; it brings its own models, actions, pages, templates and
catalogs, and no list elsewhere names it. Every state change is an ``Action`` (``action.py``).
"""
