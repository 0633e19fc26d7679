"""The AWS Encryption SDK 4 with the keyrings of the Material Providers Library: strict, discovery, multi-Region, RSA and
hierarchical ones."""

import pytest
from aws_cryptographic_material_providers.mpl.models import (
    CreateAwsKmsDiscoveryKeyringInput,
    CreateAwsKmsMrkDiscoveryMultiKeyringInput,
    CreateAwsKmsMrkKeyringInput,
    CreateAwsKmsMultiKeyringInput,
    CreateAwsKmsRsaKeyringInput,
    DiscoveryFilter,
)
from aws_encryption_sdk import Algorithm
from aws_encryption_sdk.exceptions import AWSEncryptionSDKClientError
from cryptography.hazmat.primitives import serialization
from keyrings import (
    CLIENT,
    CONTEXT,
    PROVIDERS,
    client,
    decrypt,
    encrypt,
    hierarchical_keyring,
    kms_keyring,
)
from keystore import Store

OURS = DiscoveryFilter(account_ids=["111122223333"], partition="aws")
THEIRS = DiscoveryFilter(account_ids=["444455556666"], partition="aws")

# No data key of the message is one for the keyring: KMS is not asked.
NO_MATCH = "Unable to decrypt data key: No Encrypted Data Keys found to match."


def mrk_keyring(key, region):
    wanted = CreateAwsKmsMrkKeyringInput(kms_key_id=key, kms_client=client(region))
    return PROVIDERS.create_aws_kms_mrk_keyring(input=wanted)


def discovery_keyring(discovery_filter):
    wanted = CreateAwsKmsDiscoveryKeyringInput(
        kms_client=client(), discovery_filter=discovery_filter
    )
    return PROVIDERS.create_aws_kms_discovery_keyring(input=wanted)


def refused(keyring, message, reason):
    with pytest.raises(AWSEncryptionSDKClientError) as raised:
        decrypt(keyring, message)
    assert reason in messages_of(raised.value.args[0])


def messages_of(error):
    """The message of an error of the library, with those of the errors that it collects."""
    return " | ".join([str(error), *map(messages_of, getattr(error, "list", []))])


def test_a_message_is_opened_with_the_key_that_wrapped_its_data_key(new_key, kms):
    key = new_key()
    message = encrypt(kms_keyring(key))
    assert decrypt(kms_keyring(key), message) == b"attack at dawn"
    refused(kms_keyring(new_key()), message, NO_MATCH)
    kms.disable_key(KeyId=key)
    refused(kms_keyring(key), message, f"{key} is disabled")


def test_each_key_of_a_multi_keyring_opens_the_message(new_key):
    generator, second = new_key(), new_key()
    wanted = CreateAwsKmsMultiKeyringInput(generator=generator, kms_key_ids=[second])
    # The library makes the client of each key itself, in its Region.
    message = encrypt(PROVIDERS.create_aws_kms_multi_keyring(input=wanted))
    for key in (generator, second):
        assert decrypt(kms_keyring(key), message) == b"attack at dawn"


def test_a_discovery_keyring_opens_the_messages_of_the_accounts_in_its_filter(new_key):
    message = encrypt(kms_keyring(new_key()))
    assert decrypt(discovery_keyring(OURS), message) == b"attack at dawn"
    refused(discovery_keyring(THEIRS), message, NO_MATCH)


def test_a_message_of_one_region_is_opened_by_the_replica_in_another(multi_region_key, kms):
    primary, replica = multi_region_key
    message = encrypt(mrk_keyring(primary, "us-east-1"))
    kms.disable_key(KeyId=primary)
    assert decrypt(mrk_keyring(replica, "us-west-2"), message) == b"attack at dawn"
    refused(mrk_keyring(primary, "us-east-1"), message, f"{primary} is disabled")


def test_multi_region_discovery_asks_the_regions_that_it_is_given(multi_region_key, kms):
    primary, _ = multi_region_key
    message = encrypt(mrk_keyring(primary, "us-east-1"))
    kms.disable_key(KeyId=primary)

    def discovery(regions, discovery_filter):
        wanted = CreateAwsKmsMrkDiscoveryMultiKeyringInput(
            regions=regions, discovery_filter=discovery_filter
        )
        return PROVIDERS.create_aws_kms_mrk_discovery_multi_keyring(input=wanted)

    both = discovery(["us-east-1", "us-west-2"], OURS)
    assert decrypt(both, message) == b"attack at dawn"
    refused(discovery(["us-east-1"], OURS), message, f"{primary} is disabled")
    refused(discovery(["eu-west-1"], OURS), message, "does not exist")
    refused(discovery(["us-west-2"], THEIRS), message, NO_MATCH)


def test_an_rsa_keyring_wraps_with_the_public_key_and_asks_kms_to_unwrap(new_key, kms):
    key = new_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    public = public_key_pem(kms, key)
    wanted = CreateAwsKmsRsaKeyringInput(
        kms_key_id=key,
        public_key=public,
        encryption_algorithm="RSAES_OAEP_SHA_256",
        kms_client=client(),
    )
    keyring = PROVIDERS.create_aws_kms_rsa_keyring(input=wanted)
    # Asymmetric wrapping keys have suites without signatures.
    message, _ = CLIENT.encrypt(
        source=b"attack at dawn",
        keyring=keyring,
        encryption_context=CONTEXT,
        algorithm=Algorithm.AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
    )
    assert decrypt(keyring, message) == b"attack at dawn"
    kms.disable_key(KeyId=key)
    refused(keyring, message, f"{key} is disabled")


def public_key_pem(kms, key):
    public = serialization.load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    return public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def test_who_may_only_generate_data_keys_writes_and_cannot_read(new_key):
    key = new_key()
    writer = kms_keyring(key, user="AKIDWRITER")
    message = encrypt(writer)
    refused(writer, message, "user/writer is not authorized to perform: kms:Decrypt")
    assert decrypt(kms_keyring(key), message) == b"attack at dawn"


def test_a_message_from_before_version_key_is_still_read(new_key):
    store = Store.under(new_key())
    branch_key = store.create_key()
    old = encrypt(hierarchical_keyring(store, branch_key))
    store.version_key(branch_key)
    new = encrypt(hierarchical_keyring(store, branch_key), b"retreat")
    assert decrypt(hierarchical_keyring(store, branch_key), old) == b"attack at dawn"
    assert decrypt(hierarchical_keyring(store, branch_key), new) == b"retreat"


def test_the_branch_key_of_one_tenant_does_not_open_the_messages_of_another(new_key):
    store = Store.under(new_key())
    blue, green = store.create_key(), store.create_key()
    message = encrypt(hierarchical_keyring(store, blue))
    refused(hierarchical_keyring(store, green), message, NO_MATCH)


def test_a_hierarchical_keyring_asks_kms_once_for_many_messages(new_key, kms):
    store = Store.under(new_key())
    keyring = hierarchical_keyring(store, store.create_key())
    before = len(store.answers)
    messages = [encrypt(keyring, str(number).encode()) for number in range(10)]
    assert store.answers[before:] == [("Decrypt", "success")]
    kms.disable_key(KeyId=store.configuration.value)
    # The cached branch key wraps; each version that is read is fetched once.
    encrypt(keyring)
    refused(keyring, messages[0], f"{store.configuration.value} is disabled")
