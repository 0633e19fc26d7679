"""Prints wrk's script for a ReEncrypt of 32 bytes between two new keys of a server."""

import base64
import json
import sys

import boto3

kms = boto3.client(
    "kms",
    endpoint_url=sys.argv[1],
    region_name="us-east-2",
    aws_access_key_id="AKIDEXAMPLE",
    aws_secret_access_key="secret",
)
source, destination = (kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
context = {"tenant": "blue"}
sealed = kms.encrypt(KeyId=source, Plaintext=bytes(32), EncryptionContext=context)
body = json.dumps(
    {
        "CiphertextBlob": base64.b64encode(sealed["CiphertextBlob"]).decode(),
        "SourceKeyId": source,
        "SourceEncryptionContext": context,
        "DestinationKeyId": destination,
        "DestinationEncryptionContext": context,
    }
)
# Neither server checks the signature.
scope = "AKIDEXAMPLE/20260101/us-east-2/kms/aws4_request"
print(f"""
wrk.method = "POST"
wrk.body = [[{body}]]
wrk.headers["Content-Type"] = "application/x-amz-json-1.1"
wrk.headers["X-Amz-Target"] = "TrentService.ReEncrypt"
wrk.headers["Authorization"] = "AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00"
""")
