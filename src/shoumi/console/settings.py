"""Django's settings, safe by default; nothing here is edited by hand.

Enters: the home folder, ``DATABASE_URL``, ``SHOUMI_PUBLIC`` (the https address people use, when a TLS proxy stands in
front). Without it the console listens on this machine only and cookies travel over plain HTTP to 127.0.0.1.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from shoumi.console import database, rooms
from shoumi.engine.errors import UsageError
from shoumi.engine.home import Home

HOME = Home(Home().path.absolute())  # what is kept in the database must not depend on where a command was typed
SECRET_KEY = HOME.derive("console session").hex()
CODE_KEY = HOME.derive("console one-time codes")  # wraps the secrets of one-time codes
DEBUG = False

PUBLIC = os.environ.get("SHOUMI_PUBLIC", "")
_public = urlsplit(PUBLIC)
if PUBLIC and (_public.scheme != "https" or not _public.hostname):
    raise UsageError("the public address must be https://…, the one people type")
_encrypted = bool(PUBLIC)
ALLOWED_HOSTS = [_public.hostname] if _encrypted else ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"https://{_public.netloc}"] if _encrypted else []
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _encrypted else None
SECURE_SSL_REDIRECT = _encrypted
SECURE_REDIRECT_EXEMPT = [r"^health$"]  # a monitor on the machine asks over plain HTTP
SECURE_HSTS_SECONDS = 31_536_000 if _encrypted else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _encrypted
SECURE_HSTS_PRELOAD = _encrypted
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _encrypted
SESSION_COOKIE_NAME = "__Host-shoumi" if _encrypted else "shoumi"
CSRF_COOKIE_NAME = "__Host-shoumi-form" if _encrypted else "shoumi-form"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Strict"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 3600  # an upper bound; the office's own limits are shorter (accounts.middleware)
LANGUAGE_COOKIE_NAME = "shoumi-language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
CSRF_FAILURE_VIEW = "shoumi.console.views.forgery"
X_FRAME_OPTIONS = "DENY"

ROOMS = rooms.names()
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "shoumi.console",
    *ROOMS,
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "shoumi.console.middleware.headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "shoumi.console.accounts.middleware.limits",
]
ROOT_URLCONF = "shoumi.console.urls"
WSGI_APPLICATION = "shoumi.console.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shoumi.console.menu.context",
            ],
            "builtins": ["shoumi.console.templatetags.shoumi"],
        },
    }
]

try:
    _url = os.environ.get("DATABASE_URL", "")
    _database = database.parse(_url) if _url else database.sqlite(HOME.folder("") / "console.sqlite")
except database.WrongDatabase as error:
    raise UsageError(str(error)) from error
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["shoumi.console.accounts.signin.Backend"]
LOGIN_URL = "accounts:signin"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:signin"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
_checks = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "shoumi.console.accounts.passwords.Length", "OPTIONS": {"least": 12}},
    {"NAME": "shoumi.console.accounts.passwords.Common"},
    {"NAME": "shoumi.console.accounts.passwords.Own"},
    {"NAME": "shoumi.console.accounts.passwords.Simple"},
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("zh-hant", _("Traditional Chinese")), ("en", _("English"))]
LANGUAGE_NAMES = {"zh-hans": "简体", "zh-hant": "繁體", "en": "English"}  # each in its own words: never translated
LOCALE_PATHS = [str(rooms.HERE / "locale")]
USE_I18N = USE_TZ = True
USE_THOUSAND_SEPARATOR = False
TIME_ZONE = os.environ.get("SHOUMI_ZONE", "Asia/Shanghai")

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # straight from the package: nothing to collect, nothing to write
WHITENOISE_MAX_AGE = 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 8 * 2**20  # uploads stay in memory: none is left in a temporary folder
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LOGGING: dict[str, Any] = {  # the address and the kind of error, never form values, cookies or query strings
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"discreet": {"()": "shoumi.console.logs.Discreet"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["discreet"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR"},  # a page that is not there is no event
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
if not _encrypted:
    # Only this machine can reach it: there is no TLS to insist on (docs/architecture.md, Console).
    SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W012", "security.W016"]
