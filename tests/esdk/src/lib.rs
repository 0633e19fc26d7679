//! Runs the AWS Encryption SDK for Rust over `kms-reencrypt`: see `tests`.
