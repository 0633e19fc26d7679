//! Strategies of [proptest](https://docs.rs/proptest), for property tests of code that handles keys, ciphertexts and
//! policies. Feature `proptest`.
//!
//! | to generate | use |
//! |---|---|
//! | encryption contexts and plaintexts | [`encryption_context`], [`plaintext`] |
//! | names of keys, whether a ring has them or not | [`key_identifier`], [`key_arn`], [`alias_arn`], [`key_id`], [`alias_name`], [`account_id`], [`region`] |
//! | callers and policies | [`caller`], [`principal`], [`principal_arn`], [`statement`], [`key_policy`], [`identity_policy`] |
//! | ciphertexts of a ring, and damaged ones | [`RingStrategies::sealed`], [`RingStrategies::damaged`] |
//! | requests that a ring answers | [`RingStrategies::encrypt_request`], [`RingStrategies::decrypt_request`], [`RingStrategies::re_encrypt_request`] |
//! | requests that it may refuse | [`RingStrategies::any_re_encrypt_request`] |
//! | names of the keys of a ring | [`RingStrategies::key_name`] |
//!
//! The tests below check two properties of the ring itself. In your own tests, call your code in place of `Kms`:
//!
//! ```
//! use kms_reencrypt::testing::insecure_key;
//! use kms_reencrypt::testing::strategies::RingStrategies;
//! use kms_reencrypt::{KeySpec, Keyring, Kms};
//! use proptest::prelude::*;
//!
//! let keyring = Keyring::new("111122223333", "us-east-2")?;
//! keyring.create_key(KeySpec::SymmetricDefault)?;
//! keyring.create_key(insecure_key(KeySpec::Rsa2048))?;
//! let ring = RingStrategies::new(&keyring).expect("it has a key that encrypts");
//! let kms = Kms::new(keyring);
//!
//! // A ciphertext that was moved still holds the plaintext.
//! let config = ProptestConfig::with_cases(16);
//! proptest!(config.clone(), |((request, source) in ring.re_encrypt_request())| {
//!     let response = kms.re_encrypt(&request).unwrap();
//!     let moved = source.moved_by(&request, &response);
//!     let decrypted = kms.decrypt(&moved.decrypt_request().build().unwrap()).unwrap();
//!     prop_assert_eq!(decrypted.plaintext().expose(), &source.plaintext);
//! });
//!
//! // A damaged one is refused.
//! proptest!(config, |(damaged in ring.damaged())| {
//!     let request = damaged.decrypt_request().build().unwrap();
//!     prop_assert!(kms.decrypt(&request).is_err(), "{}", damaged.damage);
//! });
//! # Ok::<(), kms_reencrypt::KmsError>(())
//! ```
//!
//! Each strategy is a [`BoxedStrategy`](proptest::strategy::BoxedStrategy), whose values shrink as its documentation says.
//! A ciphertext is made when it is drawn, with nonces that follow from proptest's own seed. So the line that proptest writes
//! into `proptest-regressions` repeats a failure, if the ring has the same keys again: make it with a
//! [`seeded_random`](crate::testing::seeded_random).

mod access;
mod names;
mod ring;
mod sealed;
mod values;

pub use access::{caller, identity_policy, key_policy, principal, principal_arn, statement};
pub use names::{account_id, alias_arn, alias_name, key_arn, key_id, key_identifier, region};
pub use ring::RingStrategies;
pub use sealed::{Damage, Damaged, Sealed};
pub use values::{encryption_context, plaintext};
