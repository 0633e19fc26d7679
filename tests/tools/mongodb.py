"""MongoDB's client-side encryption (libmongocrypt) against the server: a data key is made, used, and moved to another key.

The key vault is a dictionary. KMS requests are sent as libmongocrypt writes them, over a plain socket.
"""

import os
import socket

import boto3
import bson
from pymongocrypt.options import MongoCryptOptions
from pymongocrypt.synchronous.explicit_encrypter import ExplicitEncrypter
from pymongocrypt.synchronous.state_machine import MongoCryptCallback

ADDRESS = os.environ["KMS_ADDRESS"]


class Vault(MongoCryptCallback):
    def __init__(self):
        self.keys = {}
        self.requests = 0

    def kms_request(self, kms_context):
        host, port = kms_context.endpoint.rsplit(":", 1)
        self.requests += 1
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


def main():
    kms = boto3.client("kms", endpoint_url=f"http://{ADDRESS}")
    old, new = (kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    master = lambda arn: {"region": "us-east-2", "key": arn, "endpoint": ADDRESS}
    options = MongoCryptOptions({"aws": {"accessKeyId": "AKIDEXAMPLE", "secretAccessKey": "secret"}})
    vault = Vault()
    encrypter = ExplicitEncrypter(vault, options)

    key_id = encrypter.create_data_key("aws", master_key=master(old))
    plain = bson.encode({"v": "attack at dawn"})
    algorithm = "AEAD_AES_256_CBC_HMAC_SHA_512-Random"
    sealed = encrypter.encrypt(plain, algorithm, key_id=bytes(key_id))
    sealed = bson.decode(sealed)

    rewrapped = encrypter.rewrap_many_data_key({}, "aws", master(new))
    moved = bson.decode(rewrapped)["v"]
    assert len(moved) == 1, moved
    vault.keys[bytes(moved[0]["_id"])].update(moved[0])
    assert moved[0]["masterKey"]["key"] == new, moved

    # The data key is under the new key: the old one is not needed any more.
    kms.disable_key(KeyId=old)
    opened = ExplicitEncrypter(vault, options).decrypt(bson.encode(sealed))
    assert bson.decode(opened)["v"] == "attack at dawn"
    print(f"MongoDB: a data key made, used, moved and used again in {vault.requests} requests to KMS")


main()
