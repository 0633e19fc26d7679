"""The AWS CLI: a file is encrypted, moved to another key as a file, and decrypted."""

import base64
import json
import pathlib
import subprocess
import sys

import pytest

AWS = pathlib.Path(sys.executable).with_name("aws")


def aws(*arguments):
    """What a command of KMS prints: text as `--output text` shows it."""
    command = [AWS, "kms", *arguments, "--output", "text"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def refused(*arguments):
    """What a command that must fail prints of its error."""
    command = [AWS, "kms", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 255, ended
    return ended.stderr.strip()


def to_file(path, blob):
    path.write_bytes(base64.b64decode(blob))
    return f"fileb://{path}"


@pytest.fixture
def secret(tmp_path, new_key):
    """The key, and the file of a ciphertext under it with the context tenant=blue."""
    key = new_key()
    (tmp_path / "plain").write_bytes(b"attack at dawn\n\0\xff")
    blob = aws(
        "encrypt", "--key-id", key, "--plaintext", f"fileb://{tmp_path}/plain",
        "--encryption-context", "tenant=blue", "--query", "CiphertextBlob",
    )
    return key, to_file(tmp_path / "sealed", blob)


def test_re_encrypt_moves_a_file_to_another_key_and_context(secret, new_key, tmp_path):
    source, sealed = secret
    destination = new_key()
    moved = aws(
        "re-encrypt", "--ciphertext-blob", sealed, "--source-encryption-context", "tenant=blue",
        "--destination-key-id", destination, "--destination-encryption-context", "tenant=green",
        "--query", "[CiphertextBlob,SourceKeyId,KeyId]",
    )
    blob, from_key, to_key = moved.split()
    assert (from_key, to_key) == (source, destination)
    moved = to_file(tmp_path / "moved", blob)
    opened = aws(
        "decrypt", "--ciphertext-blob", moved, "--encryption-context", "tenant=green",
        "--query", "Plaintext",
    )
    assert base64.b64decode(opened) == b"attack at dawn\n\0\xff"
    assert "InvalidCiphertextException" in refused("decrypt", "--ciphertext-blob", moved)


def test_the_wrong_context_is_refused_without_a_word_about_it(secret, new_key):
    _, sealed = secret
    error = refused(
        "re-encrypt", "--ciphertext-blob", sealed, "--source-encryption-context", "tenant=green",
        "--destination-key-id", new_key(),
    )
    expected = "An error occurred (InvalidCiphertextException) when calling the ReEncrypt operation: "
    assert error.endswith(expected.strip())


def test_the_wrong_source_key_is_named(secret, new_key):
    _, sealed = secret
    error = refused(
        "re-encrypt", "--ciphertext-blob", sealed, "--source-encryption-context", "tenant=blue",
        "--source-key-id", new_key(), "--destination-key-id", new_key(),
    )
    assert "(IncorrectKeyException) when calling the ReEncrypt operation" in error


def test_a_script_finds_its_keys_by_alias_over_several_pages(kms, new_key):
    names = {f"alias/awscli-{number}" for number in range(3)}
    key = new_key()
    for name in names:
        kms.create_alias(AliasName=name, TargetKeyId=key)
    listed = aws(
        "list-aliases", "--key-id", key, "--page-size", "2", "--query", "Aliases[].AliasName",
    )
    assert set(listed.split()) == names
    described = subprocess.run(
        [AWS, "kms", "describe-key", "--key-id", "alias/awscli-1"],
        check=True, capture_output=True,
    )
    assert json.loads(described.stdout)["KeyMetadata"]["Arn"] == key
