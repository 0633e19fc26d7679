"""What a user of boto3 does with KMS, against the server: see the script `run` next to it."""

import os
import unittest

import boto3
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa


def client(access_key="AKIDEXAMPLE", region="us-east-2"):
    return boto3.client(
        "kms",
        endpoint_url=os.environ["KMS_ENDPOINT"],
        region_name=region,
        aws_access_key_id=access_key,
        aws_secret_access_key="secret",
    )


def oaep(hash_class):
    return padding.OAEP(mgf=padding.MGF1(hash_class()), algorithm=hash_class(), label=None)


def der(public_key):
    return public_key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


# The specs of keys that sign, and the names that cryptography gives their curves.
CURVES = {
    "ECC_NIST_P256": "secp256r1",
    "ECC_NIST_P384": "secp384r1",
    "ECC_NIST_P521": "secp521r1",
    "ECC_SECG_P256K1": "secp256k1",
    "ECC_NIST_EDWARDS25519": None,
}


class ReEncrypt(unittest.TestCase):
    def setUp(self):
        self.kms = client()

    def new_key(self, **arguments):
        return self.kms.create_key(**arguments)["KeyMetadata"]["Arn"]

    def test_the_example_of_the_api_page_from_create_key_to_decrypt(self):
        source, destination = self.new_key(), self.new_key()
        blob = self.kms.encrypt(KeyId=source, Plaintext=b"data")["CiphertextBlob"]
        moved = self.kms.re_encrypt(
            SourceKeyId=source,
            DestinationKeyId=destination.split("/")[1],
            CiphertextBlob=blob,
        )
        self.assertEqual(moved["SourceKeyId"], source)
        self.assertEqual(moved["KeyId"], destination)
        self.assertEqual(moved["SourceEncryptionAlgorithm"], "SYMMETRIC_DEFAULT")
        self.assertEqual(moved["DestinationEncryptionAlgorithm"], "SYMMETRIC_DEFAULT")
        self.assertNotEqual(moved["SourceKeyMaterialId"], moved["DestinationKeyMaterialId"])
        opened = self.kms.decrypt(CiphertextBlob=moved["CiphertextBlob"])
        self.assertEqual(opened["Plaintext"], b"data")
        self.assertEqual(opened["KeyId"], destination)

    def test_a_ciphertext_that_cryptography_made_with_the_public_key(self):
        rsa = self.new_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
        answer = self.kms.get_public_key(KeyId=rsa)
        self.assertEqual(
            set(answer["EncryptionAlgorithms"]), {"RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"}
        )
        public_key = serialization.load_der_public_key(answer["PublicKey"])
        destination = self.new_key()
        for algorithm, hash_class in [
            ("RSAES_OAEP_SHA_1", hashes.SHA1),
            ("RSAES_OAEP_SHA_256", hashes.SHA256),
        ]:
            moved = self.kms.re_encrypt(
                CiphertextBlob=public_key.encrypt(b"from outside", oaep(hash_class)),
                SourceKeyId=rsa,
                SourceEncryptionAlgorithm=algorithm,
                DestinationKeyId=destination,
                DestinationEncryptionContext={"algorithm": algorithm},
            )
            opened = self.kms.decrypt(
                CiphertextBlob=moved["CiphertextBlob"], EncryptionContext={"algorithm": algorithm}
            )
            self.assertEqual(opened["Plaintext"], b"from outside")
            self.assertNotIn("SourceKeyMaterialId", moved)

    def test_a_dry_run_says_that_it_would_have_succeeded(self):
        key = self.new_key()
        blob = self.kms.encrypt(KeyId=key, Plaintext=b"data")["CiphertextBlob"]
        with self.assertRaises(self.kms.exceptions.DryRunOperationException) as raised:
            self.kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key, DryRun=True)
        self.assertEqual(
            raised.exception.response["Error"]["Message"],
            "The request would have succeeded, but the DryRun option is set.",
        )

    def test_a_grant_gives_a_stranger_both_sides(self):
        key = self.new_key(
            Policy="""{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*",
            "Resource": "*", "Condition": {"StringNotEquals":
            {"aws:PrincipalArn": "arn:aws:iam::111122223333:user/worker"}}}]}"""
        )
        blob = self.kms.encrypt(KeyId=key, Plaintext=b"data")["CiphertextBlob"]
        worker = client("AKIDWORKER")
        with self.assertRaises(ClientError) as raised:
            worker.re_encrypt(CiphertextBlob=blob, SourceKeyId=key, DestinationKeyId=key)
        error = raised.exception.response["Error"]
        self.assertEqual(error["Code"], "AccessDeniedException")
        self.assertIn("user/worker is not authorized to perform: kms:ReEncryptFrom", error["Message"])
        grant = self.kms.create_grant(
            KeyId=key,
            GranteePrincipal="arn:aws:iam::111122223333:user/worker",
            Operations=["ReEncryptFrom", "ReEncryptTo"],
        )
        self.assertTrue(
            worker.re_encrypt(
                CiphertextBlob=blob,
                SourceKeyId=key,
                DestinationKeyId=key,
                GrantTokens=[grant["GrantToken"]],
            )["CiphertextBlob"]
        )
        self.kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])
        self.assertEqual(self.kms.list_grants(KeyId=key)["Grants"], [])

    def test_an_alias_resolves_when_it_is_used(self):
        old, new = self.new_key(), self.new_key()
        self.kms.create_alias(AliasName="alias/boto3", TargetKeyId=old)
        blob = self.kms.encrypt(KeyId="alias/boto3", Plaintext=b"data")["CiphertextBlob"]
        self.kms.update_alias(AliasName="alias/boto3", TargetKeyId=new)
        moved = self.kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId="alias/boto3")
        self.assertEqual((moved["SourceKeyId"], moved["KeyId"]), (old, new))
        with self.assertRaises(self.kms.exceptions.IncorrectKeyException):
            self.kms.re_encrypt(
                CiphertextBlob=blob, SourceKeyId="alias/boto3", DestinationKeyId=new
            )
        self.kms.delete_alias(AliasName="alias/boto3")
        with self.assertRaises(self.kms.exceptions.NotFoundException):
            self.kms.encrypt(KeyId="alias/boto3", Plaintext=b"data")

    def test_rotation_moves_data_to_the_new_material(self):
        key = self.new_key()
        blob = self.kms.encrypt(KeyId=key, Plaintext=b"data")["CiphertextBlob"]
        self.kms.rotate_key_on_demand(KeyId=key)
        moved = self.kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key)
        self.assertNotEqual(moved["SourceKeyMaterialId"], moved["DestinationKeyMaterialId"])
        self.assertEqual(len(self.kms.list_key_rotations(KeyId=key)["Rotations"]), 1)

    def test_imported_material_is_unwrapped_and_used(self):
        key = self.new_key(Origin="EXTERNAL")
        state = self.kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
        self.assertEqual(state, "PendingImport")
        parameters = self.kms.get_parameters_for_import(
            KeyId=key, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
        )
        wrapping_key = serialization.load_der_public_key(parameters["PublicKey"])
        self.kms.import_key_material(
            KeyId=key,
            ImportToken=parameters["ImportToken"],
            EncryptedKeyMaterial=wrapping_key.encrypt(os.urandom(32), oaep(hashes.SHA256)),
            ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
        )
        blob = self.kms.encrypt(KeyId=key, Plaintext=b"data")["CiphertextBlob"]
        self.assertEqual(self.kms.decrypt(CiphertextBlob=blob)["Plaintext"], b"data")

    def test_private_keys_of_every_type_are_moved_and_read_by_cryptography(self):
        source, destination = self.new_key(), self.new_key()
        for spec in ["RSA_2048", *CURVES]:
            pair = self.kms.generate_data_key_pair(KeyId=source, KeyPairSpec=spec)
            moved = self.kms.re_encrypt(
                CiphertextBlob=pair["PrivateKeyCiphertextBlob"], DestinationKeyId=destination
            )
            private = self.kms.decrypt(CiphertextBlob=moved["CiphertextBlob"])["Plaintext"]
            self.assertEqual(private, pair["PrivateKeyPlaintext"])
            public = serialization.load_der_private_key(private, password=None).public_key()
            self.assertEqual(der(public), pair["PublicKey"])

    def test_public_keys_of_keys_that_sign_are_of_their_curves(self):
        for spec, curve in CURVES.items():
            key = self.new_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")
            public = self.kms.get_public_key(KeyId=key)["PublicKey"]
            public = serialization.load_der_public_key(public)
            if curve is None:
                self.assertIsInstance(public, ed25519.Ed25519PublicKey)
            else:
                self.assertEqual(public.curve.name, curve)

    def test_a_private_key_that_cryptography_wrapped_is_imported_and_used(self):
        key = self.new_key(Origin="EXTERNAL", KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
        parameters = self.kms.get_parameters_for_import(
            KeyId=key, WrappingAlgorithm="RSA_AES_KEY_WRAP_SHA_256", WrappingKeySpec="RSA_2048"
        )
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        material = private.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        aes_key = os.urandom(32)
        wrapping_key = serialization.load_der_public_key(parameters["PublicKey"])
        wrapped = wrapping_key.encrypt(aes_key, oaep(hashes.SHA256))
        wrapped += keywrap.aes_key_wrap_with_padding(aes_key, material)
        self.kms.import_key_material(
            KeyId=key,
            ImportToken=parameters["ImportToken"],
            EncryptedKeyMaterial=wrapped,
            ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
        )
        public = self.kms.get_public_key(KeyId=key)["PublicKey"]
        self.assertEqual(der(private.public_key()), public)
        opened = self.kms.decrypt(
            KeyId=key,
            CiphertextBlob=private.public_key().encrypt(b"data", oaep(hashes.SHA256)),
            EncryptionAlgorithm="RSAES_OAEP_SHA_256",
        )
        self.assertEqual(opened["Plaintext"], b"data")

    def test_the_region_is_the_one_that_the_client_signs_for(self):
        arn = client(region="eu-west-1").create_key()["KeyMetadata"]["Arn"]
        self.assertTrue(arn.startswith("arn:aws:kms:eu-west-1:111122223333:key/"))
        with self.assertRaises(self.kms.exceptions.NotFoundException):
            self.kms.describe_key(KeyId=arn)


if __name__ == "__main__":
    unittest.main(verbosity=2)
