//! [`RingStrategies`]: ciphertexts and requests over the keys of one ring.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::context::EncryptionContext;
use crate::decrypt::DecryptRequest;
use crate::encrypt::{EncryptRequest, EncryptRequestBuilder};
use crate::error::KmsError;
use crate::key::{EncryptionAlgorithm, KeyArn, KeyIdentifier};
use crate::keyring::ring::Keyring;
use crate::kms::Kms;
use crate::re_encrypt::ReEncryptRequest;
use crate::testing::seeded_random::seeded_random;

use super::names::key_identifier;
use super::sealed::{Damage, Damaged, Sealed};
use super::values::{Shape, encryption_context, shape};

/// Strategies over the keys of one ring that encrypt, in the account and Region of the handle.
///
/// Keys that the root user of the account cannot encrypt with are left out: those that are disabled, for example, or whose
/// key policy does not let it. The keys are looked up once, by [`new`](Self::new); a key that cannot encrypt any more when a
/// value is drawn is passed over.
#[derive(Clone, Debug)]
pub struct RingStrategies {
    keyring: Keyring,
    uses: Vec<Use>,
}

/// A key with one of its algorithms.
#[derive(Clone, Debug)]
struct Use {
    key: KeyArn,
    algorithm: EncryptionAlgorithm,
    /// The longest plaintext in bytes.
    max: usize,
    /// The key ARN first, then the key id, then each alias as ARN and as name.
    names: Vec<KeyIdentifier>,
}

/// The parts of a ciphertext.
#[derive(Clone, Debug)]
struct Parts {
    used: Use,
    encryption_context: EncryptionContext,
    plaintext: Shape,
    /// The longest plaintext that its destination takes.
    max: usize,
    /// The seed of the nonces.
    seed: u64,
}

impl RingStrategies {
    /// The strategies over a ring; `None` if no key of the handle's account and Region can encrypt.
    #[must_use]
    pub fn new(keyring: &Keyring) -> Option<Self> {
        let kms = Kms::new(keyring.clone());
        let aliases = keyring.aliases();
        let mut uses = Vec::new();
        for key in keyring.keys() {
            let Ok(metadata) = keyring.describe_key(key) else {
                continue;
            };
            let mut names = vec![key.into(), (*key.key_id()).into()];
            for alias in aliases.iter().filter(|alias| *alias.target() == key) {
                names.push(alias.arn().clone().into());
                names.push(alias.arn().name().clone().into());
            }
            for algorithm in metadata.encryption_algorithms().iter().copied() {
                let would_encrypt = EncryptRequest::builder()
                    .key_id(key)
                    .encryption_algorithm(algorithm)
                    .plaintext([0])
                    .dry_run(true)
                    .build()
                    .and_then(|request| kms.encrypt(&request));
                let max = metadata.key_spec().plaintext_max(algorithm);
                if let (Err(KmsError::DryRunOperation), Some(max)) = (would_encrypt, max) {
                    uses.push(Use {
                        key,
                        algorithm,
                        max,
                        names: names.clone(),
                    });
                }
            }
        }
        let keyring = keyring.clone();
        (!uses.is_empty()).then_some(Self { keyring, uses })
    }

    /// A key, and one of its names: its ARN, its id, or one of its aliases as ARN or as name. Shrinks to the ARN of the first
    /// key, by key id.
    pub fn key_name(&self) -> BoxedStrategy<(KeyArn, KeyIdentifier)> {
        self.named_use()
            .prop_map(|(used, name)| (used.key, name))
            .boxed()
    }

    /// A ciphertext with what went into it. Shrinks to one zero byte under the first key, without a context.
    pub fn sealed(&self) -> BoxedStrategy<Sealed> {
        let keyring = self.keyring.clone();
        self.parts()
            .prop_filter_map("the key cannot encrypt any more", move |parts| {
                seal(&keyring, &parts)
            })
            .boxed()
    }

    /// A damaged ciphertext: a byte of it was changed, its end was cut off, or up to 20 bytes were added. Shrinks to a change
    /// of the first byte.
    pub fn damaged(&self) -> BoxedStrategy<Damaged> {
        let damage = (
            0..3_u8,
            any::<Index>(),
            1..=u8::MAX,
            vec(any::<u8>(), 1..=20),
        );
        (self.sealed(), damage)
            .prop_map(|(original, (kind, at, change, more))| {
                let mut ciphertext_blob = original.ciphertext_blob.clone();
                let len = ciphertext_blob.len();
                let damage = match kind {
                    0 => {
                        let at = at.index(len);
                        if let Some(byte) = ciphertext_blob.get_mut(at) {
                            *byte ^= change;
                        }
                        Damage::Changed(at)
                    }
                    // At least one byte is left, and at least one is gone: every ciphertext is long enough.
                    1 => {
                        let left = at.index(len.saturating_sub(1).max(1)).max(1);
                        ciphertext_blob.truncate(left);
                        Damage::CutTo(left)
                    }
                    _ => {
                        ciphertext_blob.extend_from_slice(&more);
                        Damage::Extended(more.len())
                    }
                };
                Damaged {
                    original,
                    damage,
                    ciphertext_blob,
                }
            })
            .boxed()
    }

    /// A request to encrypt that KMS answers. Shrinks as [`sealed`](Self::sealed) does.
    pub fn encrypt_request(&self) -> BoxedStrategy<EncryptRequest> {
        (self.parts(), any::<Index>())
            .prop_filter_map("every part is within its constraint", |(parts, name)| {
                let name = name.get(&parts.used.names).clone();
                encrypt(&parts).key_id(name).build().ok()
            })
            .boxed()
    }

    /// A request to decrypt that KMS answers, and what is in its ciphertext. It names the key in any of its forms, or, if the
    /// key is symmetric, not at all. Shrinks as [`sealed`](Self::sealed) does.
    pub fn decrypt_request(&self) -> BoxedStrategy<(DecryptRequest, Sealed)> {
        (self.sealed(), self.naming())
            .prop_filter_map("every part is within its constraint", {
                let ring = self.clone();
                move |(sealed, naming)| {
                    let name = ring.name(&sealed, naming);
                    let request = sealed.decrypt_request().set_key_id(name);
                    Some((request.build().ok()?, sealed))
                }
            })
            .boxed()
    }

    /// A request to move a ciphertext that KMS answers, and what is in its ciphertext. Source and destination may be the same
    /// key; both are named in any of their forms, a symmetric source also not at all. Shrinks as [`sealed`](Self::sealed)
    /// does.
    pub fn re_encrypt_request(&self) -> BoxedStrategy<(ReEncryptRequest, Sealed)> {
        let ring = self.clone();
        let destination = (self.named_use(), encryption_context());
        (self.parts(), destination, self.naming())
            .prop_filter_map(
                "the key cannot encrypt any more",
                move |(mut parts, ((used, name), context), naming)| {
                    parts.max = used.max;
                    let sealed = seal(&ring.keyring, &parts)?;
                    let mut builder = sealed
                        .re_encrypt_request()
                        .set_source_key_id(ring.name(&sealed, naming))
                        .destination_key_id(name)
                        .destination_encryption_algorithm(used.algorithm);
                    if used.algorithm == EncryptionAlgorithm::SymmetricDefault {
                        builder.destination_encryption_context = context.into();
                    }
                    Some((builder.build().ok()?, sealed))
                },
            )
            .boxed()
    }

    /// A request to move a ciphertext that is within the constraints of the service model, and that KMS may refuse for any
    /// reason: a damaged ciphertext, another context or algorithm, the name of another key or of none, unknown grant tokens,
    /// a dry run. About one in six succeeds. Shrinks to one that does.
    pub fn any_re_encrypt_request(&self) -> BoxedStrategy<ReEncryptRequest> {
        let ciphertext = prop_oneof![
            3 => self.re_encrypt_request().prop_map(|(request, _)| {
                request.ciphertext_blob().unwrap_or_default().to_vec()
            }),
            1 => self.damaged().prop_map(|damaged| damaged.ciphertext_blob),
            1 => vec(any::<u8>(), 1..300),
        ];
        let name = prop_oneof![
            1 => self.key_name().prop_map(|(_, name)| name),
            1 => key_identifier(),
        ];
        let other = (
            option::weighted(0.3, ciphertext),
            option::weighted(0.3, option::of(encryption_context())),
            option::weighted(0.3, option::of(name.clone())),
            option::weighted(0.3, name),
            option::weighted(0.3, select(EncryptionAlgorithm::ALL)),
            option::weighted(0.3, select(EncryptionAlgorithm::ALL)),
            option::weighted(0.1, vec("[a-z]{1,20}", 1..=3)),
            option::weighted(0.2, Just(true)),
        );
        (self.re_encrypt_request(), other)
            .prop_filter_map(
                "every part is within its constraint",
                |((request, sealed), other)| {
                    let (blob, context, source, destination, algorithm, to_algorithm, tokens, dry) =
                        other;
                    let mut builder = sealed
                        .re_encrypt_request()
                        .set_source_key_id(request.source_key_id().cloned())
                        .destination_key_id(request.destination_key_id().clone())
                        .destination_encryption_algorithm(
                            request.destination_encryption_algorithm(),
                        )
                        .set_dry_run(dry)
                        .set_grant_tokens(tokens);
                    builder.destination_encryption_context =
                        request.destination_encryption_context().clone().into();
                    if let Some(blob) = blob {
                        builder = builder.ciphertext_blob(blob);
                    }
                    if let Some(context) = context {
                        builder.source_encryption_context = context.unwrap_or_default().into();
                    }
                    if let Some(source) = source {
                        builder = builder.set_source_key_id(source);
                    }
                    if let Some(destination) = destination {
                        builder = builder.destination_key_id(destination);
                    }
                    if let Some(algorithm) = algorithm {
                        builder = builder.source_encryption_algorithm(algorithm);
                    }
                    if let Some(algorithm) = to_algorithm {
                        builder = builder.destination_encryption_algorithm(algorithm);
                    }
                    builder.build().ok()
                },
            )
            .boxed()
    }

    fn named_use(&self) -> impl Strategy<Value = (Use, KeyIdentifier)> + use<> {
        (select(self.uses.clone()), any::<Index>())
            .prop_map(|(used, name)| (used.clone(), name.get(&used.names).clone()))
    }

    fn parts(&self) -> impl Strategy<Value = Parts> + use<> {
        let seed = any::<u64>().no_shrink();
        (
            select(self.uses.clone()),
            encryption_context(),
            shape(),
            seed,
        )
            .prop_map(|(used, encryption_context, plaintext, seed)| Parts {
                used,
                encryption_context,
                plaintext,
                max: usize::MAX,
                seed,
            })
    }

    /// Which name of the source key a request has, if it has one.
    fn naming(&self) -> impl Strategy<Value = (bool, Index)> + use<> {
        (prop::bool::weighted(0.7), any::<Index>())
    }

    /// A name of the key of a ciphertext; `None` is possible if the key is symmetric.
    fn name(&self, sealed: &Sealed, (named, which): (bool, Index)) -> Option<KeyIdentifier> {
        if !named && sealed.algorithm == EncryptionAlgorithm::SymmetricDefault {
            return None;
        }
        let used = self.uses.iter().find(|used| used.key == sealed.key)?;
        Some(which.get(&used.names).clone())
    }
}

impl Parts {
    /// The encryption context, if the algorithm has one.
    fn encryption_context(&self) -> EncryptionContext {
        match self.used.algorithm {
            EncryptionAlgorithm::SymmetricDefault => self.encryption_context.clone(),
            _ => EncryptionContext::default(),
        }
    }

    fn plaintext(&self) -> Vec<u8> {
        self.plaintext.bytes(self.used.max.min(self.max))
    }
}

fn encrypt(parts: &Parts) -> EncryptRequestBuilder {
    let mut builder = EncryptRequest::builder()
        .key_id(parts.used.key)
        .encryption_algorithm(parts.used.algorithm)
        .plaintext(parts.plaintext());
    builder.encryption_context = parts.encryption_context().into();
    builder
}

fn seal(keyring: &Keyring, parts: &Parts) -> Option<Sealed> {
    let kms = Kms::new(keyring.clone()).with_random_source(seeded_random(parts.seed));
    let request = encrypt(parts).build().ok()?;
    let ciphertext_blob = kms.encrypt(&request).ok()?.into_ciphertext_blob();
    Some(Sealed {
        key: parts.used.key,
        algorithm: parts.used.algorithm,
        encryption_context: parts.encryption_context(),
        plaintext: parts.plaintext(),
        ciphertext_blob,
    })
}
