"""What hands out a credential, and what only speaks of one."""

import time

import pytest

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
