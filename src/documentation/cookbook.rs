//! Recipes for common tasks. Every one is compiled and run with the tests.
//!
//! | task | recipe |
//! |---|---|
//! | test an application that uses the official SDK | [`token_vault`] |
//! | test retries, timeouts and outages under paused time | [`retries`] |
//! | find out which permission a role lacks, and why | [`missing_permission`] |
//! | use a key in another account | [`cross_account`] |
//! | rotate a key and keep the old blobs readable | [`rotation`] |
//! | check permissions before a long job starts | [`dry_run`] |
//! | move a table of blobs to another key | [`migrate_table`] |
//! | bring keys from an HSM or a secrets manager | [`provider`] |
//! | share keys and ciphertexts among tests | [`seed_files`] |
//! | assert what was asked of KMS | [`recorded_calls`] |
//! | fuzz code that handles blobs | [`fuzzing`] |
//! | test properties of code that stores ciphertexts | [`property_tests`] |
//!

// In a build without these features, the links to their recipes lead to docs.rs.
#![cfg_attr(
    not(feature = "testing"),
    doc = "[`provider`]: https://docs.rs/kms-reencrypt/latest/kms_reencrypt/documentation/cookbook/provider/",
    doc = "[`recorded_calls`]: https://docs.rs/kms-reencrypt/latest/kms_reencrypt/documentation/cookbook/recorded_calls/",
    doc = "[`retries`]: https://docs.rs/kms-reencrypt/latest/kms_reencrypt/documentation/cookbook/retries/"
)]
#![cfg_attr(
    not(feature = "proptest"),
    doc = "[`property_tests`]: https://docs.rs/kms-reencrypt/latest/kms_reencrypt/documentation/cookbook/property_tests/"
)]
#![cfg_attr(
    not(all(feature = "testing", feature = "json")),
    doc = "[`seed_files`]: https://docs.rs/kms-reencrypt/latest/kms_reencrypt/documentation/cookbook/seed_files/"
)]

#[doc = include_str!("../../docs/cookbook/token-vault.md")]
pub mod token_vault {}

#[cfg(feature = "testing")]
#[doc = include_str!("../../docs/cookbook/retries.md")]
pub mod retries {}

#[doc = include_str!("../../docs/cookbook/missing-permission.md")]
pub mod missing_permission {}

#[doc = include_str!("../../docs/cookbook/cross-account.md")]
pub mod cross_account {}

#[doc = include_str!("../../docs/cookbook/rotation.md")]
pub mod rotation {}

#[doc = include_str!("../../docs/cookbook/dry-run.md")]
pub mod dry_run {}

#[doc = include_str!("../../docs/cookbook/migrate-table.md")]
pub mod migrate_table {}

#[doc = include_str!("../../docs/cookbook/fuzzing.md")]
pub mod fuzzing {}

#[cfg(feature = "proptest")]
#[doc = include_str!("../../docs/cookbook/property-tests.md")]
pub mod property_tests {}

#[cfg(feature = "testing")]
#[doc = include_str!("../../docs/cookbook/provider.md")]
pub mod provider {}

#[cfg(all(feature = "testing", feature = "json"))]
#[doc = include_str!("../../docs/cookbook/seed-files.md")]
pub mod seed_files {}

#[cfg(feature = "testing")]
#[doc = include_str!("../../docs/cookbook/recorded-calls.md")]
pub mod recorded_calls {}
