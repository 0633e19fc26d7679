"""MongoDB's client-side encryption (libmongocrypt): a data key is made, used, and moved to another key.

The key vault is a dictionary. KMS requests are sent as libmongocrypt writes them, over a plain socket.
"""

import os
import socket

import bson
import pytest
from pymongocrypt.errors import MongoCryptError
from pymongocrypt.options import MongoCryptOptions
from pymongocrypt.synchronous.explicit_encrypter import ExplicitEncrypter
from pymongocrypt.synchronous.state_machine import MongoCryptCallback

ADDRESS = os.environ["AWS_ENDPOINT_URL_KMS"].removeprefix("http://")
ALGORITHM = "AEAD_AES_256_CBC_HMAC_SHA_512-Random"


class Vault(MongoCryptCallback):
    def __init__(self):
        self.keys = {}
        self.targets = []

    def kms_request(self, kms_context):
        self.targets.append(target(kms_context.message))
        host, port = kms_context.endpoint.rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(kms_context.message)
            while kms_context.bytes_needed > 0:
                received = connection.recv(kms_context.bytes_needed)
                assert received, "the connection ended in the middle of an answer"
                kms_context.feed(received)

    def collection_info(self, database, filter):
        raise NotImplementedError

    def mark_command(self, database, cmd):
        raise NotImplementedError

    def fetch_keys(self, filter):
        return [bson.encode(key) for key in self.keys.values()]

    def insert_data_key(self, data_key):
        key = bson.decode(data_key)
        self.keys[bytes(key["_id"])] = key
        return key["_id"]

    def bson_encode(self, doc):
        return bson.encode(doc)

    def close(self):
        pass


def target(message):
    """The operation in the head of an HTTP request."""
    for line in message.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "x-amz-target":
            return value.strip()
    raise AssertionError("no operation")


def master(arn):
    return {"region": "us-east-1", "key": arn, "endpoint": ADDRESS}


def encrypter(vault):
    """One with an empty cache of data keys."""
    credentials = {"accessKeyId": "AKIDEXAMPLE", "secretAccessKey": "secret"}
    return ExplicitEncrypter(vault, MongoCryptOptions({"aws": credentials}))


def seal(vault, key_id, text):
    plain = bson.encode({"v": text})
    return encrypter(vault).encrypt(plain, ALGORITHM, key_id=bytes(key_id))


def open_sealed(vault, sealed):
    return bson.decode(encrypter(vault).decrypt(sealed))["v"]


def test_a_data_key_is_rewrapped_and_the_old_key_is_needed_no_more(kms, new_key):
    old, new = new_key(), new_key()
    vault = Vault()
    key_id = encrypter(vault).create_data_key("aws", master_key=master(old))
    sealed = seal(vault, key_id, "attack at dawn")

    moved = bson.decode(encrypter(vault).rewrap_many_data_key({}, "aws", master(new)))["v"]
    assert [key["masterKey"]["key"] for key in moved] == [new]
    for key in moved:
        vault.keys[bytes(key["_id"])].update(key)

    kms.disable_key(KeyId=old)
    assert open_sealed(vault, sealed) == "attack at dawn"
    assert set(vault.targets) == {"TrentService.Encrypt", "TrentService.Decrypt"}


def test_without_the_rewrap_the_disabled_key_is_named(kms, new_key):
    old = new_key()
    vault = Vault()
    key_id = encrypter(vault).create_data_key("aws", master_key=master(old))
    sealed = seal(vault, key_id, "attack at dawn")
    kms.disable_key(KeyId=old)
    with pytest.raises(MongoCryptError, match=f"DisabledException.*{old} is disabled"):
        open_sealed(vault, sealed)
