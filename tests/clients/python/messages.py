"""Python's side of messages that cross languages: a command in each line of standard input, its answer in one of standard output.

{"do": "create-branch-key", "key": ARN} makes a key store with a branch key; {"do": "version-branch-key", …} makes a new
version of it. {"do": "encrypt", "data": BASE64, "context": {…}, …} and {"do": "decrypt", "message": BASE64, …} use the
branch key that is named, or else the KMS key.
"""

import base64
import json
import sys

from aws_cryptographic_material_providers.keystore.models import KMSConfigurationKmsKeyArn
from keyrings import decrypt, encrypt, hierarchical_keyring, kms_keyring
from keystore import Store


def store_of(command):
    return Store(KMSConfigurationKmsKeyArn(value=command["key"]), command["table"])


def keyring_of(command):
    if "branchKey" in command:
        return hierarchical_keyring(store_of(command), command["branchKey"])
    return kms_keyring(command["key"])


def answer(command):
    match command["do"]:
        case "create-branch-key":
            store = Store.under(command["key"])
            return {"table": store.table, "branchKey": store.create_key()}
        case "version-branch-key":
            store_of(command).version_key(command["branchKey"])
            return {}
        case "encrypt":
            data = base64.b64decode(command["data"])
            message = encrypt(keyring_of(command), data, command["context"])
            return {"message": base64.b64encode(message).decode()}
        case "decrypt":
            message = base64.b64decode(command["message"])
            data = decrypt(keyring_of(command), message, command["context"])
            return {"data": base64.b64encode(data).decode()}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
