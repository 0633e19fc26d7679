"""The AWS Encryption SDK 4, and the keyrings that several tests need."""

import boto3
from aws_cryptographic_material_providers.mpl import AwsCryptographicMaterialProviders
from aws_cryptographic_material_providers.mpl.config import MaterialProvidersConfig
from aws_cryptographic_material_providers.mpl.models import (
    CacheTypeDefault,
    CreateAwsKmsHierarchicalKeyringInput,
    CreateAwsKmsKeyringInput,
    DefaultCache,
)
from aws_encryption_sdk import EncryptionSDKClient

CLIENT = EncryptionSDKClient()
PROVIDERS = AwsCryptographicMaterialProviders(config=MaterialProvidersConfig())
CONTEXT = {"tenant": "blue"}


def client(region="us-east-1", user="AKIDEXAMPLE"):
    return boto3.client(
        "kms", region_name=region, aws_access_key_id=user, aws_secret_access_key="secret"
    )


def kms_keyring(key, **arguments):
    wanted = CreateAwsKmsKeyringInput(kms_key_id=key, kms_client=client(**arguments))
    return PROVIDERS.create_aws_kms_keyring(input=wanted)


def hierarchical_keyring(store, branch_key):
    """A keyring with an empty cache."""
    wanted = CreateAwsKmsHierarchicalKeyringInput(
        key_store=store.key_store,
        branch_key_id=branch_key,
        ttl_seconds=600,
        cache=CacheTypeDefault(value=DefaultCache(entry_capacity=10)),
    )
    return PROVIDERS.create_aws_kms_hierarchical_keyring(input=wanted)


def encrypt(keyring, data=b"attack at dawn", context=CONTEXT):
    message, _ = CLIENT.encrypt(source=data, keyring=keyring, encryption_context=context)
    return message


def decrypt(keyring, message, context=CONTEXT):
    data, header = CLIENT.decrypt(source=message, keyring=keyring, encryption_context=context)
    assert context.items() <= header.encryption_context.items()
    return data
