"""Tink: a keyset under a KMS key, and envelope encryption with a data key for each ciphertext."""

import io

import pytest
import tink
from tink import aead
from tink.integration import awskms


@pytest.fixture(scope="module", autouse=True)
def primitives():
    aead.register()


@pytest.fixture
def uri(new_key):
    return f"aws-kms://{new_key()}"


def kms_aead(uri):
    return awskms.AwsKmsClient(uri, None).get_aead(uri)


def test_a_keyset_is_stored_under_a_kms_key_and_read_back(uri, new_key):
    keyset = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM)
    sealed = keyset.primitive(aead.Aead).encrypt(b"attack at dawn", b"blue")
    stored = io.BytesIO()
    keyset.write_with_associated_data(tink.BinaryKeysetWriter(stored), kms_aead(uri), b"keyset")

    def read(uri, associated_data):
        reader = tink.BinaryKeysetReader(stored.getvalue())
        return tink.read_keyset_handle_with_associated_data(reader, kms_aead(uri), associated_data)

    opened = read(uri, b"keyset").primitive(aead.Aead).decrypt(sealed, b"blue")
    assert opened == b"attack at dawn"
    with pytest.raises(tink.TinkError, match="InvalidCiphertextException"):
        read(uri, b"another")
    with pytest.raises(tink.TinkError, match="IncorrectKeyException"):
        read(f"aws-kms://{new_key()}", b"keyset")


def test_an_envelope_is_opened_with_its_kms_key_and_associated_data(uri, kms):
    envelope = aead.KmsEnvelopeAead(aead.aead_key_templates.AES256_GCM, kms_aead(uri))
    sealed = envelope.encrypt(b"attack at dawn" * 10_000, b"blue")
    assert envelope.decrypt(sealed, b"blue") == b"attack at dawn" * 10_000
    with pytest.raises(tink.TinkError):
        envelope.decrypt(sealed, b"green")
    kms.disable_key(KeyId=uri.removeprefix("aws-kms://"))
    with pytest.raises(tink.TinkError):
        envelope.decrypt(sealed, b"blue")


def test_an_envelope_stays_readable_when_re_encrypt_moves_its_data_key(uri, kms, new_key):
    sealed = aead.KmsEnvelopeAead(aead.aead_key_templates.AES256_GCM, kms_aead(uri)).encrypt(
        b"attack at dawn", b"blue"
    )
    # The format of an envelope: the length of the encrypted data key, the key, the ciphertext.
    length = int.from_bytes(sealed[:4], "big")
    data_key, rest = sealed[4 : 4 + length], sealed[4 + length :]
    new = new_key()
    moved = kms.re_encrypt(CiphertextBlob=data_key, DestinationKeyId=new)["CiphertextBlob"]
    kms.disable_key(KeyId=uri.removeprefix("aws-kms://"))
    envelope = aead.KmsEnvelopeAead(
        aead.aead_key_templates.AES256_GCM, kms_aead(f"aws-kms://{new}")
    )
    resealed = len(moved).to_bytes(4, "big") + moved + rest
    assert envelope.decrypt(resealed, b"blue") == b"attack at dawn"


def test_an_alias_is_a_key_for_encryption_and_for_decryption(uri, kms):
    key = uri.removeprefix("aws-kms://")
    kms.create_alias(AliasName="alias/tink", TargetKeyId=key)
    alias = f"aws-kms://{key.split(':key/')[0]}:alias/tink"
    sealed = kms_aead(alias).encrypt(b"attack at dawn", b"blue")
    assert kms_aead(alias).decrypt(sealed, b"blue") == b"attack at dawn"
    assert kms_aead(uri).decrypt(sealed, b"blue") == b"attack at dawn"
