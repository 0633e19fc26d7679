"""The AWS Encryption SDK's command line: files and directories under a KMS key."""

import json
import pathlib
import subprocess
import sys

import pytest

CLI = pathlib.Path(sys.executable).with_name("aws-encryption-cli")


def cli(*arguments, **options):
    return subprocess.run([CLI, *map(str, arguments)], capture_output=True, **options)


def succeeds(*arguments, **options):
    ended = cli(*arguments, **options)
    assert ended.returncode == 0, ended
    return ended.stdout


@pytest.fixture
def sealed(tmp_path, new_key):
    """The key, and a file under it with the context tenant=blue."""
    key = new_key()
    (tmp_path / "plain").write_bytes(b"attack at dawn\n\0\xff")
    succeeds(
        "--encrypt", "--input", tmp_path / "plain", "--output", tmp_path / "sealed",
        "--wrapping-keys", f"key={key}", "--encryption-context", "tenant=blue",
        "--metadata-output", tmp_path / "metadata",
    )
    return key, tmp_path / "sealed"


def test_a_file_is_encrypted_and_decrypted_with_its_context(sealed, tmp_path):
    key, path = sealed
    assert b"attack at dawn" not in path.read_bytes()
    metadata = json.loads((tmp_path / "metadata").read_text())
    assert metadata["header"]["encryption_context"]["tenant"] == "blue"
    data_keys = metadata["header"]["encrypted_data_keys"]
    assert [data_key["key_provider"]["provider_id"] for data_key in data_keys] == ["YXdzLWttcw=="]
    succeeds(
        "--decrypt", "--input", path, "--output", tmp_path / "opened", "--wrapping-keys",
        f"key={key}", "--encryption-context", "tenant=blue", "--suppress-metadata",
    )
    assert (tmp_path / "opened").read_bytes() == b"attack at dawn\n\0\xff"


def test_another_context_than_that_of_the_file_is_refused(sealed, tmp_path):
    key, path = sealed
    # It skips the file, and says so in the metadata alone.
    succeeds(
        "--decrypt", "--input", path, "--output", tmp_path / "opened", "--wrapping-keys",
        f"key={key}", "--encryption-context", "tenant=green", "--metadata-output", tmp_path / "log",
    )
    assert not (tmp_path / "opened").exists()
    skipped = json.loads((tmp_path / "log").read_text())
    assert skipped["skipped"] and "encryption context" in skipped["reason"]


def test_discovery_opens_the_files_of_the_accounts_that_it_names(sealed):
    _, path = sealed

    def discovery(account):
        return cli(
            "--decrypt", "--input", path, "--output", "-", "--suppress-metadata",
            "--wrapping-keys", "discovery=true", "discovery-partition=aws",
            f"discovery-account={account}",
        )

    assert discovery("111122223333").stdout == b"attack at dawn\n\0\xff"
    refused = discovery("444455556666")
    assert refused.returncode != 0 and refused.stdout == b""


def test_a_directory_is_encrypted_under_two_keys_and_opened_with_the_second(tmp_path, new_key, kms):
    first, second = new_key(), new_key()
    for folder in ("plain", "sealed", "opened"):
        (tmp_path / folder).mkdir()
    texts = {f"{number}.txt": f"file {number}" for number in range(3)}
    for name, text in texts.items():
        (tmp_path / "plain" / name).write_text(text)
    succeeds(
        "--encrypt", "--recursive", "--input", tmp_path / "plain", "--output", tmp_path / "sealed",
        "--wrapping-keys", f"key={first}", f"key={second}", "--suppress-metadata",
    )
    kms.disable_key(KeyId=first)
    succeeds(
        "--decrypt", "--recursive", "--input", tmp_path / "sealed", "--output", tmp_path / "opened",
        "--wrapping-keys", f"key={second}", "--suppress-metadata",
    )
    opened = {path.name: path.read_text() for path in (tmp_path / "opened").iterdir()}
    assert opened == {f"{name}.encrypted.decrypted": text for name, text in texts.items()}
