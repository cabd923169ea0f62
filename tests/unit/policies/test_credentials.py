"""What hands out a credential, and what only speaks of one."""

import base64
import json
import time

import pytest

from policies.rules import _credentials
from policies.rules._credentials import holds_credential, is_credential

KEY = "sk" + "_test_" + "4eC39HqLyjWDarjtT1zdp7dc"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PGPASSWORD", "correct-horse"),
        ("DB_PASS", "Correct1Horse"),
        ("APP_SECRET", "a8f5f167f44f4964e6c998dee827110c"),
        ("STRIPE", KEY),
        ("HOOK", "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"),
        ("CONNECTION_STRING", "Server=db;User Id=app;Password=correct-horse;"),
        ("DATABASE_URL", "postgres://app:correct-horse@db:5432/app"),
        ("JDBC_URL", "jdbc:postgresql://db/app?user=app&password=correct-horse"),
        ("SETTINGS", '{"db": {"password": "correct-horse"}}'),
        ("JAVA_OPTS", "-Xmx1g -Dapp.password=correct-horse"),
        ("LDAP_BIND_PW", "correct-horse"),
        ("HEADER", "Basic " + base64.b64encode(b"app:correct-horse").decode()),
        ("HEADER", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhcHAifQ.c2lnbmF0dXJl"),
        ("ENV_FILE", base64.b64encode(b"USER=app\nDB_PASSWORD=correct-horse\n").decode()),
        ("STORAGE", "AccountName=plants;AccountKey=" + "k" * 86 + "=="),
        ("MODELS", "hf_" + "a" * 34),
        ("NEXT_PUBLIC_SETTINGS", "-----BEGIN PRIVATE KEY-----"),
    ],
)
def test_a_variable_hands_out_a_credential(name, value):
    assert is_credential(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", "prod/app/db-password"),
        ("FORGOT_PASSWORD", "enabled"),
        ("DB_SECRET", "prod/db"),
        ("TOKEN", "enabled"),
        ("API_KEY_HEADER", "x-api-key"),
        ("TOKEN_URL", "https://login.example.com/token"),
        ("COMPASS", "northern1"),
        ("FIREBASE_API_KEY", "AIza" + "a" * 35),
        ("NEXT_PUBLIC_SEARCH_API_KEY", "0123456789abcdef"),
        ("REALM", "Basic Authentication"),
        ("PLAN", "Basic informations12"),
        ("LOGGING", '{"redact": ["password", "token"], "passwordPolicy": {"minLength": 12}}'),
        ("JDBC_URL", "jdbc:postgresql://db/app?user=app&password=${DB_PASSWORD}"),
        ("CERTIFICATE", base64.b64encode(b"-----BEGIN CERTIFICATE-----\nMIIB\n").decode()),
    ],
)
def test_a_variable_only_speaks_of_one(name, value):
    assert not is_credential(name, value)


@pytest.mark.parametrize(
    "text",
    [
        "export DB_PASSWORD='P@ssw0rd'",
        "DB_PASSWORD=P@ssw0rd",
        '{"password": "P@ssw0rd"}',
        "<password>P@ssw0rd</password>",
        "docker login -u ci --password P@ssw0rd",
        "helm upgrade --set adminPassword=P@ssw0rd",
        "mysql -u root -pP@ssw0rd app",
        "echo 'ubuntu:P@ssw0rd' | sudo chpasswd",
        "$Password = 'P@ssw0rd'",
        "chpasswd:\n  list: |\n    root:P@ssw0rd",
        "SMTP_PASS='P@ssw0rd'",
        "bind_pw: P@ssw0rd",
        "proxy_set_header Authorization 'Basic YXBwOmNvcnJlY3QtaG9yc2U=';",
    ],
)
def test_a_text_hands_out_a_credential(text):
    assert holds_credential(f"#\n{text}\n")


@pytest.mark.parametrize(
    "text",
    [
        """if [ -z "$PASSWORD" ]; then echo 'password: missing'; fi""",
        "echo password: expired",
        "DB_PASSWORD=$(aws secretsmanager get-secret-value --secret-id db)",
        "aws ecr get-login-password | docker login --username AWS --password-stdin registry",
        "DB_PASSWORD_FILE=/run/secrets/db",
        "password: {{ vault_password }}",
        "password = os.environ['DB_PASSWORD']",
        "password = settings.DB_PASSWORD",
        "password: required",
        "# password = changeme123",
        "proxy_set_header Authorization $http_authorization;",
        "bearer_token_file: /var/run/secrets/token",
    ],
)
def test_a_text_only_speaks_of_one(text):
    assert not holds_credential(f"#!/bin/sh\n{text}\n")


@pytest.mark.parametrize("part", ["a.", "--", "password ", "mysql ", "echo ", "x=", "; "])
def test_four_times_the_text_takes_no_sixteen_times_the_time(part):
    def seconds(length):
        text = part * (length // len(part))
        start = time.process_time()
        holds_credential(text)
        is_credential("A", text)
        return time.process_time() - start

    assert seconds(200_000) < 10 * seconds(50_000) + 0.5


FORM = """{"Comment": "States.Format('name-0-')", "Parameters": {"Name": "name-1-", "Value": "%s"}}"""


@pytest.mark.parametrize(
    ("own", "value"),
    [
        (("/app/name", "first-topic"), "on"),
        (("/app/name", KEY), "on"),
        (("/app/name", "echo it | chpasswd"), "on"),
        (("mysql -u app -pcorrect-horse", "first-topic"), "on"),
        (("/app/name", "db_password=correct-horse"), "on"),
        (("/app/name", "https://app:correct-horse@db"), "on"),
        (("/app/name", "first-topic"), KEY),
        (("/app/name", "first-topic"), "db_password=correct-horse"),
    ],
)
def test_a_copy_holds_what_it_would_hold_alone(own, value):
    form = FORM % value
    text = form.replace("name-0-", own[0]).replace("name-1-", own[1])
    assert holds_credential(text, form, own) == holds_credential.__wrapped__(text)


def test_only_the_own_words_of_a_copy_are_looked_through():
    assert holds_credential(FORM % KEY)
    assert not holds_credential(FORM % "db_password=correct-horse", FORM % "on", ("/app/name", "first-topic"))


class Counted:
    """A pattern that counts the letters it is asked to look at."""

    def __init__(self, pattern):
        self.pattern = pattern
        self.letters = 0

    def search(self, text, start=0, end=None):
        end = len(text) if end is None else min(end, len(text))
        self.letters += end - start
        return self.pattern.search(text, start, end)


def test_names_are_looked_for_beside_their_words_only(monkeypatch):
    named = Counted(_credentials.NAMED)
    monkeypatch.setattr(_credentials, "NAMED", named)
    states = '{"Type": "Wait", "Seconds": 60, "Next": "Route"}, ' * 500
    assert not _credentials.holds_credential(states)
    assert named.letters == 0
    assert not _credentials.holds_credential(states + '{"Type": "Pass"}')
    assert named.letters < 100


@pytest.mark.parametrize("name", ["secret_access_key_base", "pwd", "vault-token", "requirepass", "rabbitmq_pass"])
def test_a_name_is_found_wherever_it_stands(name):
    for text in (name, f"{'a' * 99}{name}", f"{name}{'b' * 99}", f"key pass {'a' * 99}{name}{'b' * 99} token"):
        assert _credentials.NAMED.search(text)
        assert _credentials._names_one(text)


def test_what_many_texts_say_is_looked_at_once(monkeypatch):
    looked = []
    monkeypatch.setattr(_credentials, "_harmless", set())
    names_one = _credentials._names_one
    monkeypatch.setattr(_credentials, "_names_one", lambda said: looked.append(said) or names_one(said))
    texts = [json.dumps({"Comment": "the same in all", "Topic": f"topic-{number}"}) for number in range(3)]
    assert not any(map(holds_credential, texts))
    assert ["the same in all" in said for said in looked] == [True, False, False]
    assert holds_credential(texts[0].replace("topic-0", "x").replace('"Topic": "x"', '"db_password": "correct-horse"'))
