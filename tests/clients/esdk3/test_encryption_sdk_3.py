"""The AWS Encryption SDK 3 with its master key providers, the last major version without the Material Providers Library."""

import aws_encryption_sdk
import botocore.session
import pytest
from aws_encryption_sdk import (
    CachingCryptoMaterialsManager,
    EncryptionSDKClient,
    LocalCryptoMaterialsCache,
)
from aws_encryption_sdk.exceptions import DecryptKeyError, GenerateKeyError, MasterKeyProviderError
from aws_encryption_sdk.key_providers.kms import (
    DiscoveryAwsKmsMasterKeyProvider,
    DiscoveryFilter,
    MRKAwareDiscoveryAwsKmsMasterKeyProvider,
    MRKAwareStrictAwsKmsMasterKeyProvider,
    StrictAwsKmsMasterKeyProvider,
)

CLIENT = EncryptionSDKClient()
CONTEXT = {"tenant": "blue"}


def encrypt(provider, data=b"attack at dawn"):
    message, _ = CLIENT.encrypt(source=data, key_provider=provider, encryption_context=CONTEXT)
    return message


def decrypt(provider, message):
    data, header = CLIENT.decrypt(source=message, key_provider=provider)
    assert CONTEXT.items() <= header.encryption_context.items()
    return data


def session_that_records():
    """A session whose clients note what they ask, and how it ends."""
    session = botocore.session.Session()
    answers = []

    def answered(model, parsed, **_):
        answers.append((model.name, parsed.get("Error", {}).get("Code", "success")))

    session.register("after-call.kms", answered)
    return session, answers


def test_the_major_version_is_3():
    assert aws_encryption_sdk.__version__.startswith("3.")


def test_each_key_of_a_strict_provider_opens_the_message(new_key):
    generator, second, other = new_key(), new_key(), new_key()
    session, answers = session_that_records()
    provider = StrictAwsKmsMasterKeyProvider(
        key_ids=[generator, second], botocore_session=session
    )
    message = encrypt(provider)
    assert answers == [("GenerateDataKey", "success"), ("Encrypt", "success")]
    for key in (generator, second):
        assert decrypt(StrictAwsKmsMasterKeyProvider(key_ids=[key]), message) == b"attack at dawn"
    with pytest.raises(DecryptKeyError, match="Unable to decrypt any data key"):
        decrypt(StrictAwsKmsMasterKeyProvider(key_ids=[other]), message)


def test_a_disabled_key_neither_writes_nor_reads(new_key, kms):
    key = new_key()
    message = encrypt(StrictAwsKmsMasterKeyProvider(key_ids=[key]))
    kms.disable_key(KeyId=key)
    session, answers = session_that_records()
    provider = StrictAwsKmsMasterKeyProvider(key_ids=[key], botocore_session=session)
    with pytest.raises(GenerateKeyError):
        encrypt(provider)
    with pytest.raises(DecryptKeyError):
        decrypt(provider, message)
    assert answers == [
        ("GenerateDataKey", "DisabledException"),
        ("Decrypt", "DisabledException"),
    ]


def test_discovery_opens_the_messages_of_the_accounts_in_its_filter(new_key):
    message = encrypt(StrictAwsKmsMasterKeyProvider(key_ids=[new_key()]))

    def discovery(account):
        discovery_filter = DiscoveryFilter(account_ids=[account], partition="aws")
        return DiscoveryAwsKmsMasterKeyProvider(discovery_filter=discovery_filter)

    assert decrypt(discovery("111122223333"), message) == b"attack at dawn"
    with pytest.raises(MasterKeyProviderError, match="not allowed by this Master Key Provider"):
        decrypt(discovery("444455556666"), message)


def test_a_message_of_one_region_is_opened_by_the_replica_in_another(multi_region_key, kms):
    primary, replica = multi_region_key
    message = encrypt(MRKAwareStrictAwsKmsMasterKeyProvider(key_ids=[primary]))
    kms.disable_key(KeyId=primary)
    west = MRKAwareStrictAwsKmsMasterKeyProvider(key_ids=[replica])
    assert decrypt(west, message) == b"attack at dawn"
    discovery = MRKAwareDiscoveryAwsKmsMasterKeyProvider(discovery_region="us-west-2")
    assert decrypt(discovery, message) == b"attack at dawn"
    with pytest.raises(DecryptKeyError, match="Unable to decrypt any data key"):
        decrypt(StrictAwsKmsMasterKeyProvider(key_ids=[replica]), message)
    with pytest.raises(DecryptKeyError):
        decrypt(MRKAwareDiscoveryAwsKmsMasterKeyProvider(discovery_region="us-east-1"), message)


def test_cached_data_keys_are_asked_for_once(new_key):
    session, answers = session_that_records()
    provider = StrictAwsKmsMasterKeyProvider(key_ids=[new_key()], botocore_session=session)
    manager = CachingCryptoMaterialsManager(
        master_key_provider=provider,
        cache=LocalCryptoMaterialsCache(10),
        max_age=600.0,
        max_messages_encrypted=100,
    )
    messages = [
        CLIENT.encrypt(source=b"attack at dawn", materials_manager=manager)[0] for _ in range(5)
    ]
    for message in messages:
        opened, _ = CLIENT.decrypt(source=message, materials_manager=manager)
        assert opened == b"attack at dawn"
    assert answers == [("GenerateDataKey", "success"), ("Decrypt", "success")]
