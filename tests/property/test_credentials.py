"""What is left out of the search for credentials, because it can hold none, holds none."""

from hypothesis import example, given
from hypothesis import strategies as st

from policies.rules import _credentials
from policies.rules._credentials import ADDRESS, ASSIGNED, CLIENT, CLOUD_CONFIG, KEYS, NAME, NAMING, PIPED

PARTS = st.sampled_from(
    [
        *(
            "AKIA",
            "ASIA",
            "ABCDEFGH12345678",
            "-----BEGIN PRIVATE KEY-----",
            "ghp_",
            "gho_",
            "a" * 40,
            "glpat-",
            "npm_",
        ),
        *("glpat-", "sk_live_", "rk_test_", "xoxb-", "AIza", "sk-proj-", "sk-ant-", "SG.", "0123456789abcdefghij."),
        *("https://", "user:secret1@", "hooks.slack.com/services/T1/B1/x", "; pwd=", "changeme1", "echo ", "root:"),
        *("| chpasswd", "\nchpasswd:\n", "  - root:abcdefg\n", "mysql -u root -pabcdefgh", "password", "passwd", "pwd"),
        *(
            ";Password=",
            "passphrase",
            "secretKey",
            "secret_access_key",
            "private_key",
            "apiKey",
            "auth_token",
            "vault_token",
        ),
        *(
            "db_pass",
            "bindPw",
            "hf_",
            "pul-",
            "AccountKey=",
            "Bearer eyJ0.eyJ0.s",
            "dop_v1_",
            "discord.com/api/webhooks/1/",
            "\u017f",
            "client_secret",
            "jwtSecret",
            "=",
            ": ",
            "'",
            '"',
            " ",
            "\n",
            "# ",
            "--",
            "</",
            ">",
            "$",
            "PASSWORD",
            "K",
        ),
    ]
)
TEXTS = st.lists(PARTS, max_size=12).map("".join)


def searched_whole(text):
    """As `holds_credential`, with nothing left out."""
    kept = _credentials.KEY_PARTS, _credentials.COMMANDS, _credentials.NAMING
    _credentials.KEY_PARTS, _credentials.NAMING = ("",), ("",)
    _credentials.COMMANDS = tuple(("", one) for one in (PIPED, CLIENT, CLOUD_CONFIG))
    try:
        return _credentials.holds_credential(text)
    finally:
        _credentials.KEY_PARTS, _credentials.COMMANDS, _credentials.NAMING = kept


@given(TEXTS)
@example("pa\u017f\u017fword=changeme1")
@example("ftp://user:secret1@host")
@example("auth_token='changeme1'")
def test_what_is_left_out_of_the_search_holds_no_credential(text):
    assert _credentials.holds_credential(text) == searched_whole(text)


@given(TEXTS)
def test_what_a_credential_begins_with_is_known(text):
    if KEYS.search(text):
        assert any(part in text.casefold() for part in _credentials.KEY_PARTS) or ADDRESS.search(text)
    for found in (*ASSIGNED.finditer(text), *filter(None, [NAME.search(text)])):
        assert any(word in found[0].casefold() for word in NAMING)
