//! The tests of this package run the official AWS SDK for Rust against `kms-reencrypt`. There is nothing else in it.
