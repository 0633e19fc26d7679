"""What the tests of all clients share: keys, and a table in DynamoDB. Their addresses are in the environment."""

import boto3
import pytest


@pytest.fixture(scope="session")
def kms():
    return boto3.client("kms")


@pytest.fixture
def new_key(kms):
    """Creates a key, and returns its ARN."""

    def create(**arguments):
        return kms.create_key(**arguments)["KeyMetadata"]["Arn"]

    return create


@pytest.fixture
def multi_region_key(kms, new_key):
    """The ARNs of a key in us-east-1 and of its replica in us-west-2."""
    primary = new_key(MultiRegion=True)
    replica = kms.replicate_key(KeyId=primary, ReplicaRegion="us-west-2")
    return primary, replica["ReplicaKeyMetadata"]["Arn"]
