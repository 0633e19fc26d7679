//! The AWS Encryption SDK over `http_client()`: keyrings, and the branch key store with its table in DynamoDB.

mod key_store;
mod kms_keyring;
mod mrk_keyring;
mod world;
