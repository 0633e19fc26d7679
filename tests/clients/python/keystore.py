"""The branch key store of the Material Providers Library, with a table of its own in DynamoDB."""

import uuid

import boto3
from aws_cryptographic_material_providers.keystore import KeyStore
from aws_cryptographic_material_providers.keystore.config import KeyStoreConfig
from aws_cryptographic_material_providers.keystore.models import (
    CreateKeyInput,
    CreateKeyStoreInput,
    GetActiveBranchKeyInput,
    GetBranchKeyVersionInput,
    KMSConfigurationKmsKeyArn,
    VersionKeyInput,
)


class Store:
    """A key store under a KMS key. `as_user` is the same store in the hands of somebody else.

    The library keeps only the messages of exceptions, and that of InvalidCiphertextException is empty: `answers` has the
    operations of KMS and how each ended.
    """

    def __init__(self, configuration, table=None, **client):
        self.table = table or f"branch-keys-{uuid.uuid4()}"
        self.configuration = configuration
        self.answers = []
        kms = boto3.client("kms", **client)
        kms.meta.events.register("after-call.kms", self._answered)
        self.key_store = KeyStore(
            config=KeyStoreConfig(
                ddb_client=boto3.client("dynamodb"),
                ddb_table_name=self.table,
                logical_key_store_name=self.table,
                kms_client=kms,
                kms_configuration=configuration,
            )
        )

    def _answered(self, model, parsed, **_):
        self.answers.append((model.name, parsed.get("Error", {}).get("Code", "success")))

    @classmethod
    def under(cls, key_arn):
        store = cls(KMSConfigurationKmsKeyArn(value=key_arn))
        store.key_store.create_key_store(input=CreateKeyStoreInput())
        return store

    def as_user(self, access_key_id):
        return Store(
            self.configuration,
            self.table,
            aws_access_key_id=access_key_id,
            aws_secret_access_key="secret",
        )

    def create_key(self, **arguments):
        created = self.key_store.create_key(input=CreateKeyInput(**arguments))
        return created.branch_key_identifier

    def version_key(self, branch_key):
        self.key_store.version_key(input=VersionKeyInput(branch_key_identifier=branch_key))

    def active(self, branch_key):
        wanted = GetActiveBranchKeyInput(branch_key_identifier=branch_key)
        return self.key_store.get_active_branch_key(input=wanted).branch_key_materials

    def version(self, branch_key, version):
        wanted = GetBranchKeyVersionInput(
            branch_key_identifier=branch_key, branch_key_version=version
        )
        return self.key_store.get_branch_key_version(input=wanted).branch_key_materials
