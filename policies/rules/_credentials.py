"""What looks like a credential that somebody wrote into a program."""

from __future__ import annotations

import base64
import functools
import re
import zlib
from typing import Any, Final

from deployment.per_text import per_text
from deployment.unknown import SECRET, UNKNOWN, meet

KEYS: Final = re.compile(
    r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])"
    r"|-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED |PGP )?PRIVATE KEY(?: BLOCK)?-----"
    r"|\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{40,}|glpat-[\w-]{20,}|npm_[A-Za-z0-9]{36}"
    r"|[sr]k_(?:live|test)_[A-Za-z0-9]{10,}|xox[abprs]-[\w-]{10,}|AIza[\w-]{35}"
    r"|sk-(?:proj|ant)-[\w-]{20,}|SG\.[\w-]{16,}\.[\w-]{16,}"
    r"|hf_[A-Za-z]{34}|dckr_pat_[\w-]{20,}|dop_v1_[0-9a-f]{64}|pul-[0-9a-f]{40}|hvs\.[\w-]{24,}"
    r"|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}|glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}|NRAK-[A-Z0-9]{27}|pypi-AgEI[\w-]{50,})\b"
    r"|hooks\.slack\.com/services/T\w+/B\w+/\w+"
    r"|discord(?:app)?\.com/api/webhooks/[0-9]+/[\w-]{20,}"
    r"|AccountKey=[A-Za-z0-9+/]{40,}"
    r"|\bBearer eyJ[\w-]+\.[\w-]+\.[\w-]+"
    r"|\b[a-z][a-z0-9+.-]{0,30}://[^\s:/@]{1,200}:(?![$%{<*])[^\s:/@]{3,200}@"
    r"|(?i:;\s*(?:password|pwd)=(?![$%{<*])[^;\s]{6,})"
)
"""Access keys of AWS, private keys, and tokens of GitHub, GitLab, npm, Stripe, Slack, Google, OpenAI, Anthropic,
SendGrid, Hugging Face, Docker, DigitalOcean, Pulumi, Vault, Shopify, Grafana, New Relic, PyPI, Discord and Azure's
storage, as their makers write them (https://docs.github.com/en/code-security/secret-scanning, read 2026-11-26);
headers, addresses and connection strings that hold a password or a token."""
_NAMES: Final = (
    r"(?:password|passwd|pwd|passphrase|secret[_-]?(?:access[_-]?)?key(?:[_-]?base)?|private[_-]?key|api[_-]?key"
    r"|(?:api|auth|access|bearer|deploy|bot|npm|github|gitlab|slack|vault)[_-]?token"
    r"|(?:client|jwt|session|cookie|webhook|signing)[_-]?secret|requirepass|masterauth"
    r"|(?:db|database|mysql|postgres|pg|mongo|redis|rabbitmq|smtp|mail|ldap|bind|admin|root|ftp)[_-]?(?:pass|pw))"
)
NAME: Final = re.compile(rf"(?i)(?:^|[a-z0-9][_.-]|_|(?<=[a-z0-9])(?=[A-Z])){_NAMES}$")
"""Names of variables that hold a credential, and not where one is kept."""
VAGUE: Final = re.compile(r"(?i)(?:^|[_.-])(?:secret|token|pass|credentials?)$")
"""Names that may as well say where one is kept, or how many there are; then the value decides."""
VALUE: Final = re.compile(r"(?!arn:|/|\$|\{\{|https?:|<|%|file:|ssm:)\S{6,}")
"""Values that are not a reference: an ARN, a path or a name in curly brackets."""
REFERENCE: Final = re.compile(r"[a-z][a-z0-9_.-]*(?:/[a-z0-9_.-]+)+")
"""How secrets and parameters are called that somebody else keeps: ``prod/db-password``."""
WORDS: Final = re.compile(
    r"(?i)(?:enabled?|disabled?|required|optional|always|sometimes|never|prompt|changes?|allowed|denied|unchanged"
    r"|missing|invalid|incorrect|mismatch|expired|failed|unknown|updated|created|generated"
    r"|hidden|visible|rotated?|inherit(?:ed)?|managed|placeholder|redacted|string|varchar|boolean|integer|undefined)\b.*"
)
"""What settings and messages about a password say, and what stands for none."""
RANDOM: Final = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9+=!@#%^&*:]{8,}")
"""Letters and digits without a word's hyphens: made by a machine, or by somebody who was asked for digits."""
ASSIGNED: Final = re.compile(
    rf"(?i){_NAMES}"
    r"(?:['\"]?[ \t]*(?:=>|[=:])[ \t]*"
    r"(?:(?P<quote>['\"])(?P<quoted>[^'\"\s]{6,})(?P=quote)"
    r"|(?P<bare>[^\s'\"`$<%{\[(/;,!&*][^\s'\"`$(){}\[\];,<]{5,})(?![\w$(\[{]))"
    r"|>(?P<element>[^<>\s]{6,})</"
    r"|(?=[ \t]+(?P<argument>[A-Za-z0-9][^\s'\"`$(){}\[\];<|]{5,})))"
)
"""A credential that a script or a file of settings gives a value to: ``name=value``, ``"name": "value"``, an element
of XML, an option of a command."""
OPTION: Final = re.compile(r"--[\w.-]*$")
LONGEST_OPTION: Final = 40
COMMENT: Final = re.compile(r"(?m)^[ \t]*(?:#|;|//).*$")
PIPED: Final = re.compile(r"(?i)\becho\s+['\"]?[\w.-]+:(?![$%{<*])[^\s'\"$]{6,}['\"]?\s*\|\s*(?:sudo\s+)?chpasswd")
"""The password that a script gives to a user of its machine."""
CLOUD_CONFIG: Final = re.compile(
    r"(?m)^chpasswd:[ \t]*\n(?:[ \t]+.*\n){0,10}?"
    r"[ \t]+(?:- )?[a-z_][\w-]{0,30}:(?!R\b|RANDOM\b|[$%{<*])[^\s:$]{6,}[ \t]*$"
)
"""The password that cloud-init gives to a user."""
SHORTEST_SETTINGS: Final = len("password=secret")
LONGEST: Final = 200_000
"""Bytes that are unpacked; AWS takes 16 KB of user data."""
CLIENT: Final = re.compile(r"\bmysql(?:dump|admin)?\b[^\n|;&]{0,300}\s-p(?![$\s'\"])[^\s'\"$]{6,}")
"""The password that a script hands to a client of MySQL."""


KEY_PARTS: Final = (
    *("akia", "asia", "private key-----", "github_pat_", "glpat-", "npm_", "k_live_", "k_test_", "aiza"),
    *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "sk-proj-", "sk-ant-", "sg.", "hooks.slack.com"),
    *("xoxa-", "xoxb-", "xoxp-", "xoxr-", "xoxs-", "password=", "pwd="),
    *("private key block-----", "hf_", "dckr_pat_", "dop_v1_", "pul-", "hvs.", "shpat_", "shpca_", "shppa_", "shpss_"),
    *("glsa_", "nrak-", "pypi-agei", "api/webhooks/", "accountkey=", "bearer eyj"),
)
"""Of each kind of KEYS what all of them have, without letter case; but addresses."""
ADDRESS: Final = re.compile(r"://[^\s:/@]{1,200}:(?![$%{<*])[^\s:/@]{3,200}@")
"""How an address with a password in it ends."""
BASIC: Final = re.compile(r"\bBasic ([A-Za-z0-9+/]{8,2000}={0,2})(?![\w-])")
"""The header with which one logs in over HTTP, or a sentence about something basic."""
LOGIN: Final = re.compile(
    r"\bcurl\b[^\n|;&]{0,300}\s(?:-u|--user)[ =]?['\"]?[^\s:'\"$]{1,100}:(?![$%{<*])[^\s'\"$]{6,}"
)
"""The password that a script logs in with over HTTP."""
SERVER: Final = re.compile(
    r"(?m)^[ \t]*(?:requirepass|masterauth|primaryauth)[ \t]+['\"]?(?![$%{<*]|replace|change)[^\s'\"$]{6,}['\"]?[ \t]*$"
)
"""The password in a file of settings of Redis or Valkey; scripts replace what stands for one."""
COMMANDS: Final = (
    ("chpasswd", PIPED),
    ("mysql", CLIENT),
    ("chpasswd", CLOUD_CONFIG),
    ("curl", LOGIN),
    ("requirepass", SERVER),
    ("masterauth", SERVER),
    ("primaryauth", SERVER),
)
"""A word of each command that sets a password, and the whole."""
NAMING: Final = ("pass", "pw", "key", "token", "secret", "requirepass", "masterauth")
"""What each of _NAMES has in it."""
NAMED: Final = re.compile(_NAMES)
"""For a text without letter case: finds none far sooner than ASSIGNED does."""
LONGEST_NAME: Final = len("secret_access_key_base")
"""Letters that NAMED takes at most."""


PUBLIC: Final = re.compile(
    r"(?i)^-*(?:NEXT_PUBLIC|NUXT_PUBLIC|EXPO_PUBLIC|GATSBY|PUBLIC|REACT_APP|VITE|VUE_APP)_|(?:^|_)FIREBASE_(?:WEB_)?API_KEY$"
)
"""Names of what a site's tools write into the pages that browsers load; and Firebase's key, which only names a project
(https://firebase.google.com/docs/projects/api-keys)."""
PUBLISHED: Final = re.compile(r"AIza[\w-]{35}|pk\.[\w.-]+")
"""Keys that pages may hold: Google's, which are bound to a site, and Mapbox' public ones."""


def is_credential(name: Any, value: Any) -> bool:
    """True when a variable called `name` with `value` hands out a credential.

    What another resource will give nobody wrote into the program, so an unknown value counts only by its name.
    """
    if not isinstance(name, str):
        return False
    if value is SECRET or (value is UNKNOWN and NAME.search(name)):
        meet(value)
    if not isinstance(value, str):
        return False
    if PUBLIC.search(name):
        return bool(KEYS.search(PUBLISHED.sub("", value)))
    return bool(KEYS.search(value)) or _logs_in(value) or _is_told(name, value) or _is_settings(value)


def _logs_in(text: str) -> bool:
    """True when a header of HTTP has a user and a password in it."""
    return any(_is_user_and_password(found[1]) for found in BASIC.finditer(text)) if "Basic " in text else False


def _is_user_and_password(text: str) -> bool:
    try:
        user, _, password = base64.b64decode(text, validate=True).decode("ascii").partition(":")
    except ValueError:
        return False
    return bool(password) and (user + password).isprintable()


def _is_settings(value: str) -> bool:
    """True when a value is a text of settings, or base64 of one, and sets a credential."""
    return len(value) >= SHORTEST_SETTINGS and holds_credential(readable_text(value))


def _is_told(name: str, value: str) -> bool:
    if NAME.search(name):
        return bool(VALUE.fullmatch(value)) and not _is_kept(value)
    return bool(VAGUE.search(name) and RANDOM.fullmatch(value))


def _is_kept(value: str) -> bool:
    """True when `value` says where a credential is, or how it is handled."""
    return bool(REFERENCE.fullmatch(value) or WORDS.fullmatch(value))


_harmless: Final[set[str]] = set()
"""What stands between quotation marks in texts met so far, and has nothing in it that is looked for."""
MOST_HARMLESS: Final = 100_000


@functools.lru_cache(maxsize=256)
def holds_credential(text: str, form: str = "", own: tuple[str, ...] = ()) -> bool:
    """True when a script or a file of settings has a key in it, or sets a password.

    Remembered, for several rules read the same scripts, and whoever compares stacks judges them again. `text` may be
    `form` with `own` words, each between quotation marks there.
    """
    # A whole definition says the same again and again, and others do; no word that is looked for has a quotation mark.
    parts = set(own if own and _is_harmless(form) else text.split('"')) - _harmless
    said = '"'.join(parts).casefold()
    keys = any(part in said for part in KEY_PARTS)
    words = [one for word, one in COMMANDS if word in said]
    if (
        ((keys or ADDRESS.search(text)) and KEYS.search(text))
        or _logs_in(text)
        or any(one.search(text) for one in words)
    ):
        return True
    if not _names_one(said):
        if not keys and not words and len(_harmless) < MOST_HARMLESS:
            _harmless.update(parts)
        return False
    # No value that is looked for goes over the end of a line, so the few lines that name a credential are enough.
    named = [line for line in text.split("\n") if _names_one(line.casefold())]
    text = COMMENT.sub("", "\n".join(named))
    for found in ASSIGNED.finditer(text):
        if found["argument"] and not OPTION.search(text[max(0, found.start() - LONGEST_OPTION) : found.start()]):
            continue
        value = found["quoted"] or found["bare"] or found["element"] or found["argument"]
        if not (found["bare"] and _is_code(value)) and VALUE.fullmatch(value) and not _is_kept(value):
            return True
    return False


@per_text()
def _is_harmless(form: str) -> bool:
    """True when nothing that stands between quotation marks in `form` has in it what is looked for."""
    return not holds_credential(form) and _harmless.issuperset(form.split('"'))


def _names_one(folded: str) -> bool:
    """`NAMED.search(folded)`, only beside the words that all of its names have: a line may be a whole definition."""
    for word in NAMING:
        place = folded.find(word)
        while place >= 0:
            if NAMED.search(folded, max(0, place + len(word) - LONGEST_NAME), place + LONGEST_NAME):
                return True
            place = folded.find(word, place + 1)
    return False


def readable_text(text: str) -> str:
    """`text`, followed by what it decodes to when it is base64, unpacked where that is gzip."""
    try:
        content = base64.b64decode(text, validate=True)
        if content.startswith(b"\x1f\x8b"):
            content = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(content, LONGEST)
    except (ValueError, zlib.error):
        return text
    return text + "\n" + content.decode("utf-8", "replace")


def _is_code(value: str) -> bool:
    """True for what only names a value: ``settings.PASSWORD``, ``ConvertTo-SecureString``."""
    return bool(re.fullmatch(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|(?:ConvertTo|Get|Read|New)-\w+", value))
