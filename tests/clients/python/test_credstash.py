"""credstash: secrets in DynamoDB, each under a data key of its own from KMS."""

import base64
import json
import os
import pathlib
import subprocess
import sys

import boto3
import pytest

CREDSTASH = pathlib.Path(sys.executable).with_name("credstash")


@pytest.fixture(scope="module")
def credstash(tmp_path_factory, kms):
    """Runs credstash as a command in a home without configuration. Its key is alias/credstash."""
    home = tmp_path_factory.mktemp("home")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/credstash", TargetKeyId=key)

    def run(*arguments, status=0):
        ended = subprocess.run(
            [CREDSTASH, *arguments],
            cwd=home,
            env=os.environ | {"HOME": str(home)},
            capture_output=True,
            text=True,
        )
        assert ended.returncode == status, ended
        return ended.stderr if status else ended.stdout

    run("setup")
    run.key = key
    return run


def test_put_get_list_and_the_latest_version(credstash):
    credstash("put", "database", "attack at dawn")
    assert credstash("get", "database") == "attack at dawn\n"
    credstash("put", "--autoversion", "database", "retreat")
    assert credstash("get", "database") == "retreat\n"
    assert credstash("get", "--version", "0000000000000000001", "database") == "attack at dawn\n"
    listed = credstash("list")
    assert [line.split()[0] for line in listed.splitlines()] == ["database"] * 2
    assert json.loads(credstash("getall")) == {"database": "retreat"}
    credstash("delete", "database")
    assert "database" not in credstash("list")


def test_the_context_of_put_is_needed_by_get(credstash):
    credstash("put", "tenants", "attack at dawn", "tenant=blue")
    assert credstash("get", "tenants", "tenant=blue") == "attack at dawn\n"
    error = credstash("get", "tenants", "tenant=green", status=1)
    assert "The encryption context provided may not match" in error


def test_secrets_move_to_another_key_by_re_encrypt(credstash, kms):
    credstash("put", "moved", "attack at dawn", "tenant=blue")
    table = boto3.resource("dynamodb").Table("credential-store")
    item = table.get_item(Key={"name": "moved", "version": "0000000000000000001"})["Item"]
    new = kms.create_key()["KeyMetadata"]["Arn"]
    moved = move(kms, item, new)
    table.put_item(Item=moved)
    kms.disable_key(KeyId=credstash.key)
    try:
        assert credstash("get", "moved", "tenant=blue") == "attack at dawn\n"
    finally:
        kms.enable_key(KeyId=credstash.key)


def move(kms, item, key):
    """A row with its data key under another KMS key."""
    moved = kms.re_encrypt(
        CiphertextBlob=base64.b64decode(item["key"]),
        SourceEncryptionContext={"tenant": "blue"},
        DestinationKeyId=key,
        DestinationEncryptionContext={"tenant": "blue"},
    )
    return item | {"key": base64.b64encode(moved["CiphertextBlob"]).decode()}


def test_a_disabled_key_is_an_error_of_kms(credstash, kms):
    credstash("put", "closed", "attack at dawn")
    kms.disable_key(KeyId=credstash.key)
    try:
        error = credstash("get", "closed", status=1)
    finally:
        kms.enable_key(KeyId=credstash.key)
    assert f"DisabledException) when calling the Decrypt operation: {credstash.key} is disabled." in error
