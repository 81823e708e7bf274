"""All settings, from the environment. `docs/reference/settings.md` is made from this file.

Lines `#: NAME (default) — sentence` above a reader document that variable.
"""

from __future__ import annotations

from pathlib import Path

from config import environment as env
from config import logs, openapi
from config.background import JOB_HANDLERS, JOB_SCHEDULES  # noqa: F401 (settings too)

ROOT = Path(__file__).resolve().parent.parent

#: COUNTERSIGN_PRODUCTION (no) — Refuse to start without a secret key, hosts and secure cookies.
PRODUCTION = env.boolean("COUNTERSIGN_PRODUCTION", False)
#: COUNTERSIGN_LOG_FORMAT (json in production, else plain) — `json`: one object a line, a line for
#: each request. `plain`: for a terminal, and only what is wrong.
LOG_FORMAT = env.choice("COUNTERSIGN_LOG_FORMAT", "json" if PRODUCTION else "plain", logs.FORMATS)
LOGGING = logs.configuration(LOG_FORMAT)
logs.begin(LOG_FORMAT)  # before any other setting: what is wrong with one is a line, too
#: COUNTERSIGN_DATA (data/ in the project) — Folder of the embedded database, the generated secret
#: key and the evidence.
DATA = Path(env.text("COUNTERSIGN_DATA", str(ROOT / "data"))).resolve()
DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
#: COUNTERSIGN_SECRET_KEY (generated in the data folder, required in production) — Signs sessions;
#: COUNTERSIGN_SECRET_KEY_FILE names a file with it.
SECRET_KEY = env.secret_key(DATA, production=PRODUCTION)
#: COUNTERSIGN_DEBUG (no) — Django's debug pages. Refused together with COUNTERSIGN_PRODUCTION.
DEBUG = env.debug("COUNTERSIGN_DEBUG", production=PRODUCTION)
#: COUNTERSIGN_HOSTS (localhost, 127.0.0.1, [::1]; required in production) — Names under which the
#: product is reached, separated by commas.
ALLOWED_HOSTS = env.hosts("COUNTERSIGN_HOSTS", production=PRODUCTION)
#: COUNTERSIGN_TRUSTED_ORIGINS (none) — Origins such as https://countersign.example.org, separated
#: by commas, when a proxy changes the host.
CSRF_TRUSTED_ORIGINS = env.words("COUNTERSIGN_TRUSTED_ORIGINS")
#: COUNTERSIGN_URL (https:// and the first of COUNTERSIGN_HOSTS in production, else
#: http://localhost:8000) — Address under which people reach the product: what links in mails that
#: the background sends begin with.
SITE_URL = env.site("COUNTERSIGN_URL", ALLOWED_HOSTS, production=PRODUCTION)
#: COUNTERSIGN_BEHIND_PROXY (no) — Trust X-Forwarded-Proto and the last address of X-Forwarded-For
#: from the one reverse proxy in front. Say yes only when nobody can reach the product past it.
BEHIND_PROXY = env.boolean("COUNTERSIGN_BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)

#: COUNTERSIGN_WEBHOOK_PRIVATE_HOSTS (none) — Hosts and networks of your own, such as
#: chat.internal or 10.1.0.0/16, separated by commas, to which webhooks may be sent although their
#: addresses are private; these may be http:// as well.
WEBHOOK_PRIVATE_HOSTS = env.hosts_and_networks("COUNTERSIGN_WEBHOOK_PRIVATE_HOSTS")

INSTALLED_APPS = [
    "accounts",
    "jobs",
    "notices",
    "inventory",
    "runbooks",
    "incidents",
    "webhooks",
    "richtext",
    "backup",
    "demo",
    "config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "allauth",
    "allauth.account",
]

MIDDLEWARE = [
    "config.request_log.Probes",
    "config.request_log.Observe",
    "config.security.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "runbooks.views.marked.RunAnswers",
    "accounts.views.lost_session.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.refusals.Refusals",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "notices.queries.unread_notices",
            ],
            "builtins": ["accounts.templatetags.form_tags"],
        },
    }
]

#: DATABASE_URL (SQLite in the data folder) — sqlite:///path or
#: postgres://user:password@host:port/name; DATABASE_URL_FILE names a file with it.
DATABASES = {"default": env.database(env.text("DATABASE_URL"), DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

#: COUNTERSIGN_REDIS_URL (none: each process counts for itself) — Redis, such as
#: redis://127.0.0.1:6379/1, in which all processes count requests of the API together;
#: COUNTERSIGN_REDIS_URL_FILE names a file with it.
REDIS_URL = env.text("COUNTERSIGN_REDIS_URL")
# The caches hold only counters. Those of sign-in limits lie in the database: they count once for
# all processes, and no further server has to run. Those of the API must not cost a statement.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "sign_in_counters",
    },
    "throttle": env.counters(REDIS_URL),
}

# What replays the content of a restored backup and says what is wrong with it.
BACKUP_PROOF = "runbooks.runs.replay.faults_of_all"

# JOB_HANDLERS and JOB_SCHEDULES, what the background does and when, are in config/background.py.
#: COUNTERSIGN_JOB_LEASE_SECONDS (60) — A worker that gives no sign of life for so many seconds is
#: taken for dead, and its job is given to another.
JOB_LEASE_SECONDS = env.integer("COUNTERSIGN_JOB_LEASE_SECONDS", 60, minimum=2)
#: COUNTERSIGN_BROKER_URL (files in the data folder) — Redis, such as redis://127.0.0.1:6379/0, when
#: workers run on more than one machine; COUNTERSIGN_BROKER_URL_FILE names a file with it.
BROKER_URL = env.text("COUNTERSIGN_BROKER_URL")
BROKER_FOLDER = DATA / "broker"
JOB_SWEEP_SECONDS = 5

#: COUNTERSIGN_ANCHOR_FILE (anchors.jsonl in the data folder) — File outside of the database that
#: gives a rewritten log away; a disk that the database's owner cannot write to is the best place.
ANCHOR_FILE = Path(env.text("COUNTERSIGN_ANCHOR_FILE", str(DATA / "anchors.jsonl"))).resolve()
#: COUNTERSIGN_ANCHOR_EMAIL (none) — Address to which each line of that file is mailed too.
ANCHOR_EMAIL = env.text("COUNTERSIGN_ANCHOR_EMAIL")
#: COUNTERSIGN_ANCHOR_WEBHOOK (none) — http or https address to which each line of that file is
#: POSTed too; COUNTERSIGN_ANCHOR_WEBHOOK_FILE names a file with it.
ANCHOR_WEBHOOK = env.text("COUNTERSIGN_ANCHOR_WEBHOOK")
#: COUNTERSIGN_QUIET_RUN_MINUTES (30) — Minutes after which the people in a run are told that
#: nothing happens in it.
QUIET_RUN_MINUTES = env.integer("COUNTERSIGN_QUIET_RUN_MINUTES", 30, minimum=1)
#: COUNTERSIGN_DRILL_DAYS (90) — Days after which the linter says that a runbook should be drilled
#: again.
DRILL_DAYS = env.integer("COUNTERSIGN_DRILL_DAYS", 90, minimum=1)
#: COUNTERSIGN_REVIEW_DAYS (365) — Days after which the linter says that the text of a runbook
#: should be read again.
REVIEW_DAYS = env.integer("COUNTERSIGN_REVIEW_DAYS", 365, minimum=1)

#: COUNTERSIGN_SIGN_AGAIN (overwrite) — Where a person types their password again: `overwrite`, at
#: the signatures under a step that overwrites or deletes (typed name, countersign, override);
#: `all`, at these moves of every step; `off`, nowhere.
SIGN_AGAIN = env.choice("COUNTERSIGN_SIGN_AGAIN", "overwrite", ("overwrite", "all", "off"))

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backend.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.invitations.InvitationAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "change_password": "accounts.forms.NewPasswordForm",
    "reset_password": "accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "accounts.forms.FirstPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Countersign: "
ACCOUNT_RATE_LIMITS = {
    # `accounts.limits` counts these: no stranger's tries keep a known device waiting.
    "login": None,
    "login_failed": None,
    "reset_password": "10/m/ip,3/10m/key",
}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = None  # a tick in the form: the laptop may be a shared one

LANGUAGE_CODE = "en-gb"
#: COUNTERSIGN_TIME_ZONE (UTC) — Zone in which times are shown and typed, such as Europe/Berlin; the
#: zone is always written beside them.
TIME_ZONE = env.zone("COUNTERSIGN_TIME_ZONE", "UTC")
USE_TZ = True
USE_I18N = False

STATIC_URL = "static/"
# `collectstatic` fills it in production; otherwise files are served from where they lie.
STATIC_ROOT = ROOT / "staticfiles" if PRODUCTION else None
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
MEDIA_ROOT = DATA / "evidence"
#: COUNTERSIGN_EVIDENCE_MAX_MB (25) — Largest file that can be attached to a run, in megabytes.
EVIDENCE_MAX_BYTES = env.integer("COUNTERSIGN_EVIDENCE_MAX_MB", 25, minimum=1) * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

#: COUNTERSIGN_EMAIL_HOST (none: mail is written to files in mail/ of the data folder; required in
#: production) — Host of the mail server. Without one, mail of the product in production fails, and
#: `manage.py check --deploy` says so: links in mails are keys, and no log is a place for them.
EMAIL_HOST = env.text("COUNTERSIGN_EMAIL_HOST")
#: COUNTERSIGN_EMAIL_PORT (587) — Port of the mail server; STARTTLS is used.
EMAIL_PORT = env.integer("COUNTERSIGN_EMAIL_PORT", 587, minimum=1)
#: COUNTERSIGN_EMAIL_USER (none) — User name at the mail server.
EMAIL_HOST_USER = env.text("COUNTERSIGN_EMAIL_USER")
#: COUNTERSIGN_EMAIL_PASSWORD (none) — Password at the mail server; COUNTERSIGN_EMAIL_PASSWORD_FILE
#: names a file with it.
EMAIL_HOST_PASSWORD = env.text("COUNTERSIGN_EMAIL_PASSWORD")
EMAIL_USE_TLS = bool(EMAIL_HOST)
EMAIL_TIMEOUT = 20  # seconds; a mail server that hangs holds nobody up for longer
EMAIL_BACKEND = env.mail_backend(EMAIL_HOST, production=PRODUCTION)
EMAIL_FILE_PATH = DATA / "mail"
#: COUNTERSIGN_EMAIL_FROM (countersign@localhost) — Sender of the product's mail.
DEFAULT_FROM_EMAIL = env.text("COUNTERSIGN_EMAIL_FROM", "countersign@localhost")

# `__Host-`: the browser keeps the cookie only over HTTPS and for this very host.
COOKIE_PREFIX = "__Host-" if PRODUCTION else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}countersign_session"
DEVICE_COOKIE_NAME = f"{COOKIE_PREFIX}countersign_device"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}countersign_csrf"
#: COUNTERSIGN_SESSION_IDLE_HOURS (168, a week) — Hours without use after which a person is signed
#: out. To open a page or to send a form is use; that an open page follows a run is none.
SESSION_COOKIE_AGE = env.integer("COUNTERSIGN_SESSION_IDLE_HOURS", 168, minimum=1) * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 31536000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
#: COUNTERSIGN_METRICS_TOKEN (none) — Who sends it as a bearer token may read /metrics. Without one,
#: only this machine may, asked past the proxy. COUNTERSIGN_METRICS_TOKEN_FILE names a file with it.
METRICS_TOKEN = env.text("COUNTERSIGN_METRICS_TOKEN")
#: COUNTERSIGN_DISK_LEAST_MB (100) — With less free space in the data folder, /readyz says no.
DISK_LEAST_BYTES = env.integer("COUNTERSIGN_DISK_LEAST_MB", 100) * 1024 * 1024

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SILENCED_SYSTEM_CHECKS: list[str] = []

#: COUNTERSIGN_API_READS_PER_MINUTE (600) — Requests that read, for each token or person.
API_READS_PER_MINUTE = env.integer("COUNTERSIGN_API_READS_PER_MINUTE", 600, minimum=1)
#: COUNTERSIGN_API_WRITES_PER_MINUTE (120) — Requests that write, for each token or person.
API_WRITES_PER_MINUTE = env.integer("COUNTERSIGN_API_WRITES_PER_MINUTE", 120, minimum=1)
#: COUNTERSIGN_API_STRANGERS_PER_MINUTE (30) — Requests without a valid token, for each address.
API_STRANGERS_PER_MINUTE = env.integer("COUNTERSIGN_API_STRANGERS_PER_MINUTE", 30, minimum=1)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.BearerToken",
        "accounts.api.authentication.BrowserSession",
    ],
    # `accounts.api.views.ApiView` asks for the right to see the product; this stands behind it.
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api.throttles.EachMinute"],
    "DEFAULT_PARSER_CLASSES": ["accounts.api.parsers.Json"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "accounts.api.parsers.AlwaysJson",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "accounts.api.schema.Described",
    "EXCEPTION_HANDLER": "accounts.api.answers.handle",
    "NUM_PROXIES": int(BEHIND_PROXY),
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = openapi.SETTINGS
