"""The branch key store of the Material Providers Library: CreateKey and VersionKey move branch keys by ReEncrypt."""

import boto3
import pytest
from aws_cryptographic_material_providers.keystore.errors import ComAmazonawsKms, KeyStoreException
from aws_cryptographic_material_providers.keystore.models import (
    Discovery,
    KMSConfigurationDiscovery,
    KMSConfigurationKmsMRKeyArn,
    KMSConfigurationMrDiscovery,
    MRDiscovery,
)
from keystore import Store


@pytest.fixture
def store(new_key):
    return Store.under(new_key())


def row(store, branch_key):
    """The active branch key as the table has it."""
    item = boto3.client("dynamodb").get_item(
        TableName=store.table,
        Key={"branch-key-id": {"S": branch_key}, "type": {"S": "branch:ACTIVE"}},
    )
    return item["Item"]


def test_create_key_makes_a_branch_key_whose_active_and_numbered_versions_are_the_same(store):
    branch_key = store.create_key()
    assert store.answers == [
        ("GenerateDataKeyWithoutPlaintext", "success"),
        ("ReEncrypt", "success"),
        ("GenerateDataKeyWithoutPlaintext", "success"),
    ]
    active = store.active(branch_key)
    assert len(active.branch_key) == 32
    assert active.branch_key_identifier == branch_key
    assert store.version(branch_key, active.branch_key_version).branch_key == active.branch_key


def test_version_key_makes_a_new_branch_key_and_leaves_the_old_version_to_be_read(store):
    branch_key = store.create_key()
    old = store.active(branch_key)
    store.version_key(branch_key)
    new = store.active(branch_key)
    assert new.branch_key_version != old.branch_key_version
    assert new.branch_key != old.branch_key
    assert store.version(branch_key, old.branch_key_version).branch_key == old.branch_key
    assert store.version(branch_key, new.branch_key_version).branch_key == new.branch_key


def test_the_encryption_context_of_the_caller_is_bound_to_the_branch_key(store):
    context = {"department": "blue"}
    branch_key = store.create_key(branch_key_identifier="blue", encryption_context=context)
    assert branch_key == "blue"
    assert store.active("blue").encryption_context == context

    changed = row(store, "blue")
    changed["aws-crypto-ec:department"] = {"S": "green"}
    boto3.client("dynamodb").put_item(TableName=store.table, Item=changed)
    with pytest.raises(ComAmazonawsKms):
        store.active("blue")
    assert store.answers[-1] == ("Decrypt", "InvalidCiphertextException")


def test_a_branch_key_in_the_place_of_another_is_an_invalid_ciphertext(store):
    blue, green = store.create_key(), store.create_key()
    moved = row(store, green) | {"enc": row(store, blue)["enc"]}
    boto3.client("dynamodb").put_item(TableName=store.table, Item=moved)
    for attempt, operation in [(store.active, "Decrypt"), (store.version_key, "ReEncrypt")]:
        with pytest.raises(ComAmazonawsKms):
            attempt(green)
        assert store.answers[-1] == (operation, "InvalidCiphertextException")
    assert len(store.active(blue).branch_key) == 32


def test_under_another_kms_key_the_branch_keys_are_not_read(store, new_key):
    branch_key = store.create_key()
    other = Store(type(store.configuration)(value=new_key()), store.table)
    with pytest.raises(KeyStoreException, match="does not match Key Store's configured KMS Key ARN"):
        other.active(branch_key)
    assert other.answers == []


def test_a_disabled_kms_key_gives_no_branch_key(store, kms):
    branch_key = store.create_key()
    kms.disable_key(KeyId=store.configuration.value)
    with pytest.raises(ComAmazonawsKms, match=f"^{store.configuration.value} is disabled.$"):
        store.active(branch_key)
    assert store.answers[-1] == ("Decrypt", "DisabledException")
    kms.enable_key(KeyId=store.configuration.value)
    assert len(store.active(branch_key).branch_key) == 32


def test_the_replica_of_a_multi_region_key_reads_the_store_in_its_own_region(multi_region_key):
    primary, replica = multi_region_key
    east = Store.under(primary)
    branch_key = east.create_key()
    named = KMSConfigurationKmsMRKeyArn(value=replica)
    discovered = KMSConfigurationMrDiscovery(value=MRDiscovery(region="us-west-2"))
    for configuration in (named, discovered):
        west = Store(configuration, east.table, region_name="us-west-2")
        assert west.active(branch_key).branch_key == east.active(branch_key).branch_key


def test_a_store_without_a_key_of_its_own_reads_under_the_keys_in_the_table_and_makes_none(store):
    branch_key = store.create_key()
    reader = Store(KMSConfigurationDiscovery(value=Discovery()), store.table)
    assert reader.active(branch_key).branch_key == store.active(branch_key).branch_key
    with pytest.raises(KeyStoreException, match="MUST BE kmsKeyArn or kmsMRKeyArn"):
        reader.create_key()


def test_create_key_names_the_permissions_that_were_forgotten_one_by_one(store):
    # The first may only GenerateDataKeyWithoutPlaintext, the second has ReEncryptFrom, too.
    for user, missing in [("AKIDKEEPER1", "ReEncryptFrom"), ("AKIDKEEPER2", "ReEncryptTo")]:
        with pytest.raises(ComAmazonawsKms) as raised:
            store.as_user(user).create_key()
        assert (
            "User: arn:aws:iam::111122223333:user/keeper is not authorized to perform: "
            f"kms:{missing} on resource: {store.configuration.value} "
            f"because no identity-based policy allows the kms:{missing} action"
        ) in str(raised.value)


def test_with_generate_and_both_sides_of_re_encrypt_create_key_succeeds(store):
    keeper = store.as_user("AKIDKEEPER3")
    branch_key = keeper.create_key()
    keeper.version_key(branch_key)
    assert len(store.active(branch_key).branch_key) == 32
    with pytest.raises(ComAmazonawsKms, match="not authorized to perform: kms:Decrypt"):
        keeper.active(branch_key)
