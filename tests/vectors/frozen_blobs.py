#!/usr/bin/env python3
"""Computes frozen-blobs.tsv from docs/blob-format.md alone, with pyca/cryptography for AES-GCM.

    python3 -m venv venv && venv/bin/pip install cryptography && venv/bin/python frozen_blobs.py > frozen-blobs.tsv

The committed file must never change: a blob that was written once has to open for ever.
"""

import base64
import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LABEL = b"kms-reencrypt:SYMMETRIC_DEFAULT"
SINGLE_REGION = "1234abcd-12ab-34cd-56ef-1234567890ab"
MULTI_REGION = "mrk-1234abcd12ab34cd56ef1234567890ab"
CONTEXTS = [
    {},
    {"tenant": "blue"},
    {"b": "2", "a": "1", "B": "3"},
    {"": "", "ключ": "値\U0001f511", "aws-crypto-public-key": "x" * 600},
]


def mac(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def der(tag, content):
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content


def oid(dotted):
    first, second, *rest = map(int, dotted.split("."))
    out = bytearray([40 * first + second])
    for arc in rest:
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.insert(0, 0x80 | arc & 0x7F)
        out += bytes(digits)
    return der(0x06, bytes(out))


def integer(number):
    return der(0x02, bytes([number]))


def content_info(iv, sealed):
    parameters = der(0x30, der(0x04, iv) + integer(16))
    algorithm = der(0x30, oid("2.16.840.1.101.3.4.1.46") + parameters)
    encrypted = der(0x30, oid("1.2.840.113549.1.7.1") + algorithm + der(0x80, sealed))
    data = der(0x30, integer(0) + encrypted)
    return der(0x30, oid("1.2.840.113549.1.7.6") + der(0xA0, data))


def canonical(context):
    pairs = sorted((key.encode(), value.encode()) for key, value in context.items())
    texts = [text for pair in pairs for text in pair]
    return b"".join(len(text).to_bytes(4, "big") + text for text in texts)


def pairs(context):
    """For the table: hexadecimal key=value, joined by commas."""
    return ",".join(f"{key.encode().hex()}={value.encode().hex()}" for key, value in context.items()) or "-"


def material_id(material, key_id):
    return mac(material, b"kms-reencrypt:key-material-id\0" + key_id.encode())


def seal(material, key_id, nonce, iv, context, plaintext):
    header = bytes.fromhex("0102020078") + material_id(material, key_id) + b"\1" + nonce
    block = (1).to_bytes(4, "big") + LABEL + b"\0" + nonce + (256).to_bytes(4, "big")
    inner = b"\1\2" + bytes(5) + len(plaintext).to_bytes(4, "big") + plaintext
    sealed = AESGCM(mac(material, block)).encrypt(iv, inner, header + canonical(context))
    rest = content_info(iv, sealed)
    return header + len(rest).to_bytes(4, "big") + rest


def plaintext_of(length):
    return bytes(i % 251 for i in range(length))


def lengths():
    """Usual sizes, and both sides of every length at which some length field of the DER grows."""
    size = [len(content_info(bytes(12), bytes(11 + n + 16))) for n in range(4097)]
    grows = {n for n in range(2, 4097) if size[n] - size[n - 1] > 1}
    return sorted({1, 16, 24, 32, 100, 4096} | grows | {n - 1 for n in grows})


def main():
    print("material", "key_id", "key_material_id", "nonce", "iv", "context", "plaintext_len", "blob", sep="\t")
    for number, length in enumerate(lengths()):
        material = hashlib.sha256(b"material %d" % number).digest()
        key_id = [SINGLE_REGION, MULTI_REGION][number % 2]
        nonce = hashlib.sha256(b"nonce %d" % number).digest()[:16]
        iv = hashlib.sha256(b"iv %d" % number).digest()[:12]
        for context in CONTEXTS if length in (1, 32, 4096) else [CONTEXTS[number % 3]]:
            blob = seal(material, key_id, nonce, iv, context, plaintext_of(length))
            print(
                material.hex(),
                key_id,
                material_id(material, key_id).hex(),
                nonce.hex(),
                iv.hex(),
                pairs(context),
                length,
                base64.b64encode(blob).decode(),
                sep="\t",
            )


if __name__ == "__main__":
    main()
