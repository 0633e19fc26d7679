//! [`Keyring`]: the in-memory provider of keys.

use core::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use crate::access::{Action, KeyPolicy};
use crate::error::{InvalidArnError, KmsError, NotFoundError};
use crate::key::{AccountId, KeyArn, KeyIdentifier, KeyMetadata, Place, Region};
use crate::provider::{KeyProvider, KeyProviderError, KeyView, KmsKey};
use crate::random::{OsRandom, Random, RandomSource};
use crate::resolve::{self, Unresolved};

use super::clock::Clock;
use super::import_token::TokenKey;
use super::key::SoftwareKey;
use super::snapshot::{Latest, Snapshot};
use super::store::{Pinned, Store};

/// A key ring in memory: several accounts and Regions, with keys, aliases and grants, shared by many threads.
///
/// A `Keyring` is a handle. Its clones share the ring, and so do the handles for other accounts and Regions that
/// [`in_account`](Self::in_account) and [`in_region`](Self::in_region) return. So clone it before you move it into a
/// [`Kms`](crate::Kms), and rotate, disable or alias keys through the clone. Every operation of KMS sees the ring at
/// one moment, and no operation waits for another.
///
/// Its methods are the control operations of KMS under their own names. They check no permissions: code that holds the
/// handle may call all of them. The operations of [`Kms`](crate::Kms) check the permissions of their caller.
///
/// ```
/// use kms_reencrypt::{Keyring, KeySpec, KeyState};
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let key = keyring.create_key(KeySpec::SymmetricDefault)?;
/// keyring.create_alias("alias/app", key)?;
/// keyring.disable_key(key)?;
/// assert_eq!(keyring.describe_key("alias/app")?.key_state(), KeyState::Disabled);
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[doc(alias("fake", "in-memory", "mock"))]
#[derive(Clone)]
pub struct Keyring {
    ring: Arc<Ring>,
    place: Place,
}

/// The state that all handles of a ring share.
pub(super) struct Ring {
    store: Store<Snapshot>,
    random: Box<dyn RandomSource>,
    clock: Option<Box<dyn Clock>>,
    token_key: TokenKey,
}

impl Keyring {
    /// Creates an empty ring, and a handle for an account and a Region. Its keys come from the operating system's
    /// randomness, and it has no clock.
    ///
    /// # Errors
    ///
    /// [`KmsError::Validation`] if the account is not 12 digits or the Region name is malformed.
    pub fn new(account: &str, region: &str) -> Result<Self, KmsError> {
        Self::builder(account, region).build()
    }

    /// A builder for an empty ring with a clock or another source of randomness.
    pub fn builder(account: &str, region: &str) -> KeyringBuilder {
        KeyringBuilder {
            account: account.to_owned(),
            region: region.to_owned(),
            random: Box::new(OsRandom),
            clock: None,
        }
    }

    /// Returns a handle of the same ring for another account.
    #[doc(alias("cross-account", "multi-tenant"))]
    #[must_use]
    pub fn in_account(&self, account: AccountId) -> Self {
        self.in_place(Place::new(account, self.place.region))
    }

    /// Returns a handle of the same ring for another Region.
    ///
    /// ```
    /// use kms_reencrypt::{Keyring, KmsError};
    ///
    /// let keyring = Keyring::new("111122223333", "us-east-2")?;
    /// let ireland = keyring.in_region("eu-west-1".parse()?);
    /// assert_eq!(ireland.place().region.as_str(), "eu-west-1");
    /// # Ok::<(), KmsError>(())
    /// ```
    #[must_use]
    pub fn in_region(&self, region: Region) -> Self {
        self.in_place(Place::new(self.place.account, region))
    }

    /// The account and Region of this handle.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// Describes a key: `DescribeKey`. Accepts all four forms of key identifiers.
    ///
    /// # Errors
    ///
    /// [`KmsError::NotFound`] if the key does not exist.
    pub fn describe_key(&self, key: impl Into<KeyIdentifier>) -> Result<KeyMetadata, KmsError> {
        let snapshot = self.snapshot();
        let key = self.named_or_aliased_in(&snapshot, &key.into())?;
        Ok(key.metadata.clone())
    }

    /// Gives a key another description, of up to 8192 characters: `UpdateKeyDescription`. Takes a key id or key ARN.
    ///
    /// # Errors
    ///
    /// [`KmsError::NotFound`] if the key does not exist; [`KmsError::KmsInvalidState`] if it is pending deletion.
    pub fn update_key_description(
        &self,
        key: impl Into<KeyIdentifier>,
        description: impl Into<String>,
    ) -> Result<(), KmsError> {
        // Converted before the ring is locked, since the conversion is foreign code.
        let description = description.into();
        self.write_key(key, |key| {
            key.require(Action::UpdateKeyDescription)?;
            key.describe(|metadata| metadata.description(description));
            Ok(())
        })
    }

    /// The keys of this account and Region, sorted by key id: `ListKeys`.
    #[must_use]
    pub fn keys(&self) -> Vec<KeyArn> {
        let snapshot = self.snapshot();
        let arns = snapshot.keys().map(|key| *key.metadata.arn());
        let mut arns: Vec<KeyArn> = arns.filter(|arn| *arn.place() == self.place).collect();
        arns.sort();
        arns
    }

    /// The key policy of a key: `GetKeyPolicy`.
    ///
    /// # Errors
    ///
    /// [`KmsError::NotFound`] if the key does not exist.
    pub fn key_policy(&self, key: impl Into<KeyIdentifier>) -> Result<KeyPolicy, KmsError> {
        let snapshot = self.snapshot();
        let key = self.named_in(&snapshot, &key.into())?;
        Ok(KeyPolicy::clone(&key.policy))
    }

    /// Replaces the key policy of a key: `PutKeyPolicy`.
    ///
    /// # Errors
    ///
    /// - [`KmsError::NotFound`] if the key does not exist.
    /// - [`KmsError::MalformedPolicyDocument`] if the service refuses the policy, for example because a statement has
    ///   no principals.
    pub fn put_key_policy(
        &self,
        key: impl Into<KeyIdentifier>,
        policy: KeyPolicy,
    ) -> Result<(), KmsError> {
        self.write_key(key, |key| {
            key.require(Action::PutKeyPolicy)?;
            policy.check(key.metadata.arn().region())?;
            key.policy = Arc::new(policy);
            Ok(())
        })
    }

    /// The public key of an asymmetric key, as the DER of an X.509 `SubjectPublicKeyInfo`: `GetPublicKey`. Accepts all
    /// four forms of key identifiers.
    ///
    /// # Errors
    ///
    /// - [`KmsError::NotFound`] if the key does not exist.
    /// - [`KmsError::KmsInvalidState`] if its state does not allow the operation. A disabled key still gives its public key.
    /// - [`KmsError::UnsupportedOperation`] if the key is not asymmetric, without a message; and with one that says so, if
    ///   this build has no key pairs of its spec: those of other curves than SM2 need the feature `data-key-pairs`, and
    ///   there are none for ML-DSA and ML-KEM.
    pub fn public_key(&self, key: impl Into<KeyIdentifier>) -> Result<Vec<u8>, KmsError> {
        let snapshot = self.snapshot();
        let key = self.named_or_aliased_in(&snapshot, &key.into())?;
        key.require(Action::GetPublicKey)?;
        key.public_key()
            .map(<[u8]>::to_vec)
            .ok_or_else(|| KmsError::no_public_key(&key.metadata))
    }

    /// The ring as it is now.
    pub(crate) fn snapshot(&self) -> Pinned<Snapshot> {
        let snapshot = self.ring.store.read();
        match self.now() {
            Some(now) if snapshot.is_due(now) => {
                self.advance(&snapshot, now);
                self.ring.store.read()
            }
            _ => snapshot,
        }
    }

    /// Makes the changes that are due at this time. Out of line, as almost no call needs it.
    #[cold]
    #[inline(never)]
    fn advance(&self, snapshot: &Snapshot, now: SystemTime) {
        let rotations = snapshot.due_rotations(now).draw(self.random());
        // Another thread may have made the changes meanwhile.
        let advance = |snapshot: &mut Snapshot| {
            snapshot.advance(now, rotations);
            Ok::<_, core::convert::Infallible>(())
        };
        let Ok(()) = self.ring.store.write(advance);
    }

    /// Changes the ring atomically: completely or not at all.
    pub(super) fn write<T>(
        &self,
        change: impl FnOnce(&mut Snapshot) -> Result<T, KmsError>,
    ) -> Result<T, KmsError> {
        // What the clock changes is changed first, even if this change fails.
        drop(self.snapshot());
        self.ring.store.write(change)
    }

    /// Changes one key of the ring.
    pub(super) fn write_key<T>(
        &self,
        key: impl Into<KeyIdentifier>,
        change: impl FnOnce(&mut SoftwareKey) -> Result<T, KmsError>,
    ) -> Result<T, KmsError> {
        let identifier = key.into();
        self.write(|snapshot| {
            let mut key = SoftwareKey::clone(self.named_in(snapshot, &identifier)?);
            let result = change(&mut key)?;
            snapshot.put(key);
            Ok(result)
        })
    }

    /// The key that a key id or key ARN names. Most control operations do not accept aliases.
    pub(super) fn named_in<'s>(
        &self,
        snapshot: &'s Snapshot,
        identifier: &KeyIdentifier,
    ) -> Result<&'s Arc<SoftwareKey>, KmsError> {
        if identifier.alias_name().is_some() {
            return Err(InvalidArnError::Alias.into());
        }
        self.named_or_aliased_in(snapshot, identifier)
    }

    /// The key that any of the four forms names.
    pub(super) fn named_or_aliased_in<'s>(
        &self,
        snapshot: &'s Snapshot,
        identifier: &KeyIdentifier,
    ) -> Result<&'s Arc<SoftwareKey>, KmsError> {
        let arn = self.reachable(snapshot, identifier)?;
        snapshot
            .get(&arn)
            .ok_or_else(|| NotFoundError::Key(arn).into())
    }

    /// A handle of the same ring for the account and Region of a key.
    pub(super) fn in_place_of(&self, key: &KeyArn) -> Self {
        self.in_place(*key.place())
    }

    /// A handle of the same ring for another account and Region.
    pub(crate) fn in_place(&self, place: Place) -> Self {
        Self {
            ring: Arc::clone(&self.ring),
            place,
        }
    }

    /// The key that seals import tokens.
    pub(super) fn token_key(&self) -> &TokenKey {
        &self.ring.token_key
    }

    pub(crate) fn now(&self) -> Option<SystemTime> {
        self.ring.clock.as_ref().map(|clock| clock.now())
    }

    pub(super) fn random(&self) -> Random<'_> {
        Random::new(self.ring.random.as_ref())
    }

    fn reachable(
        &self,
        snapshot: &Snapshot,
        identifier: &KeyIdentifier,
    ) -> Result<KeyArn, KmsError> {
        resolve::key_arn(&Latest(snapshot), &self.place, identifier).map_err(|error| {
            match (error, identifier) {
                (Unresolved::NotFound(error), _) => error.into(),
                // Code that holds the ring may learn what is in it. Only an alias of another account comes here.
                (Unresolved::OtherAccount, KeyIdentifier::AliasArn(alias)) => {
                    NotFoundError::Alias(alias.clone()).into()
                }
                (Unresolved::OtherAccount, other) => {
                    NotFoundError::InvalidArn(other.to_string()).into()
                }
                (Unresolved::Provider(error), _) => KmsError::internal(error),
            }
        })
    }
}

impl KeyProvider for Keyring {
    fn home(&self) -> Place {
        self.place
    }

    fn now(&self) -> Option<SystemTime> {
        self.now()
    }

    #[inline]
    fn view(&self, visit: &mut dyn FnMut(&dyn KeyView)) -> Result<(), KeyProviderError> {
        visit(&*self.snapshot());
        Ok(())
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring")
            .field("place", &self.place)
            .field("keys", &self.ring.store.read().keys().count())
            .finish_non_exhaustive()
    }
}

/// Builds a [`Keyring`]: see [`Keyring::builder`].
#[derive(Debug)]
#[must_use]
pub struct KeyringBuilder {
    account: String,
    region: String,
    random: Box<dyn RandomSource>,
    clock: Option<Box<dyn Clock>>,
}

impl KeyringBuilder {
    /// Sets the random source for key ids, key material and grant tokens.
    ///
    /// With a seeded generator every key of the ring is repeatable, and so protects nothing.
    pub fn random_source(mut self, source: impl RandomSource + 'static) -> Self {
        self.random = Box::new(source);
        self
    }

    /// Sets the clock. In a ring without a clock nothing has a date and nothing expires.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Box::new(clock));
        self
    }

    /// Creates the ring.
    ///
    /// # Errors
    ///
    /// [`KmsError::Validation`] if the account is not 12 digits or the Region name is malformed.
    pub fn build(self) -> Result<Keyring, KmsError> {
        let Self {
            account,
            region,
            random,
            clock,
        } = self;
        let place = Place::new(account.parse()?, region.parse()?);
        let store = Store::new(Snapshot::default());
        Ok(Keyring {
            ring: Arc::new(Ring {
                store,
                random,
                clock,
                token_key: TokenKey::default(),
            }),
            place,
        })
    }
}
