//! [`Keyring`]: the in-memory provider of keys.

use core::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use crate::access::{Action, KeyPolicy};
use crate::error::{InfrastructureError, InvalidArnError, KmsError, NotFoundError};
use crate::key::{AccountId, AliasArn, KeyArn, KeyIdentifier, KeyMetadata, Place, Region};
use crate::provider::{KeyProvider, KeyProviderError, KeyView, KmsKey};
use crate::random::{OsRandom, Random, RandomSource};
use crate::resolve::{self, Unresolved};

use super::clock::Clock;
use super::import_token::TokenKey;
use super::key::{SoftwareKey, shared_policy};
use super::snapshot::{Latest, Snapshot};
use super::store::{Pinned, Store};

/// A key ring in memory: several accounts and Regions, with keys, aliases and grants, shared by many threads.
///
/// | to | call |
/// |---|---|
/// | make a ring | [`new`](Self::new); [`builder`](Self::builder) with a clock or a source of randomness |
/// | reach other accounts and Regions of the ring | [`in_account`](Self::in_account), [`in_region`](Self::in_region) |
/// | create a key | [`create_key`](Self::create_key) with a [`KeySpec`](crate::KeySpec) or a [`NewKey`](super::NewKey); [`create_aws_managed_key`](Self::create_aws_managed_key) |
/// | look at keys | [`describe_key`](Self::describe_key), [`keys`](Self::keys), [`public_key`](Self::public_key), [`key_last_usage`](Self::key_last_usage) |
/// | name a key | [`create_alias`](Self::create_alias), [`update_alias`](Self::update_alias), [`delete_alias`](Self::delete_alias), [`aliases`](Self::aliases); [`update_key_description`](Self::update_key_description); [`tag_resource`](Self::tag_resource), [`untag_resource`](Self::untag_resource), [`resource_tags`](Self::resource_tags) |
/// | say who may use a key | [`put_key_policy`](Self::put_key_policy), [`key_policy`](Self::key_policy); [`create_grant`](Self::create_grant), [`create_grant_for_service`](Self::create_grant_for_service), [`grants`](Self::grants), [`retirable_grants`](Self::retirable_grants), [`revoke_grant`](Self::revoke_grant), [`retire_grant`](Self::retire_grant), [`grant_of_token`](Self::grant_of_token) |
/// | rotate a key | [`rotate_key_on_demand`](Self::rotate_key_on_demand), [`key_rotations`](Self::key_rotations); every year, by the clock: [`enable_key_rotation`](Self::enable_key_rotation), [`disable_key_rotation`](Self::disable_key_rotation), [`key_rotation_status`](Self::key_rotation_status) |
/// | import key material | [`import_key_material`](Self::import_key_material), [`delete_imported_key_material`](Self::delete_imported_key_material); wrapped, as AWS takes it: [`parameters_for_import`](Self::parameters_for_import), [`unwrap_key_material`](Self::unwrap_key_material) |
/// | change the state of a key | [`disable_key`](Self::disable_key), [`enable_key`](Self::enable_key), [`schedule_key_deletion`](Self::schedule_key_deletion), [`cancel_key_deletion`](Self::cancel_key_deletion); as no operation of AWS does: [`set_key_state`](Self::set_key_state), [`delete_key`](Self::delete_key) |
/// | replicate a multi-Region key | [`replicate_key`](Self::replicate_key), [`update_primary_region`](Self::update_primary_region) |
/// | make time pass | [`KeyringBuilder::clock`] with a [`ManualClock`](super::ManualClock) |
/// | see changes late, as in AWS | [`make_changes_slow`](Self::make_changes_slow), [`settle`](Self::settle), [`make_changes_fast`](Self::make_changes_fast) |
#[cfg_attr(
    all(feature = "testing", feature = "json"),
    doc = "| read a ring from a file | [`ring_file`](crate::testing::ring_file): [`read_ring`](crate::testing::ring_file::read_ring), [`load_ring`](crate::testing::ring_file::load_ring) |"
)]
#[cfg_attr(
    feature = "snapshot",
    doc = "| save a ring, and load it again | [`save_snapshot`](crate::testing::ring_file::save_snapshot), [`load_snapshot`](crate::testing::ring_file::load_snapshot) |"
)]
/// | draw random bytes | [`generate_random`](Self::generate_random) |
/// | compute with another library | [`view_keys`](Self::view_keys) |
///
/// A `Keyring` is a handle. Its clones share the ring, and so do the handles for other accounts and Regions. So clone it
/// before you move it into a [`Kms`](crate::Kms), and rotate, disable or alias keys through the clone. Every operation of
/// KMS sees the ring at one moment, and waits for no other operation, except for the microseconds in which one changes the ring.
///
/// The methods are the control operations of KMS under their own names. They check no permissions: code that holds the
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

    /// Replaces the key policy of a key: `PutKeyPolicy`. In AWS, and over the wire, a policy has at most 32 KB.
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
            key.policy = shared_policy(policy);
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
    /// - [`KmsError::UnsupportedOperation`] without a message if the key is not asymmetric, and with a message that
    ///   says so if this build has no key pairs of its spec: those on curves other than SM2 need the feature
    ///   `data-key-pairs`, and there are none for ML-DSA and ML-KEM.
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
        // The changes that the clock makes come first, even if this change fails.
        drop(self.snapshot());
        self.ring.store.write(change)
    }

    /// Changes the ring after a check, which may refuse, and returns what the change needs. If nobody reads the ring at the
    /// moment, it is changed in place.
    ///
    /// Readers wait for the change. So it drops nothing large, and no key pair, which may hold what a provider has made of it:
    /// it returns what it replaced.
    pub(super) fn write_checked<P, T>(
        &self,
        check: impl FnOnce(&Snapshot) -> Result<P, KmsError>,
        change: impl FnOnce(&mut Snapshot, P) -> T,
    ) -> Result<T, KmsError> {
        drop(self.snapshot());
        self.ring.store.write_checked(check, change)
    }

    /// Replaces a key of the ring with a changed copy, which `make` returns together with the result.
    pub(super) fn replace_key<T>(
        &self,
        make: impl FnOnce(&Snapshot) -> Result<(SoftwareKey, T), KmsError>,
    ) -> Result<T, KmsError> {
        let put = |snapshot: &mut Snapshot, (key, result)| (snapshot.put(key), result);
        let (_old, result) = self.write_checked(make, put)?;
        Ok(result)
    }

    /// Changes one key of the ring.
    pub(super) fn write_key<T>(
        &self,
        key: impl Into<KeyIdentifier>,
        change: impl FnOnce(&mut SoftwareKey) -> Result<T, KmsError>,
    ) -> Result<T, KmsError> {
        let identifier = key.into();
        self.replace_key(|snapshot| {
            let mut key = SoftwareKey::clone(self.named_in(snapshot, &identifier)?);
            let result = change(&mut key)?;
            Ok((key, result))
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
                // Code that holds the ring may learn what is in it. Only an alias of another account gets here.
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

    fn associate_predefined_alias(&self, alias: &AliasArn) -> Result<(), KeyProviderError> {
        self.associate(alias).map_err(|error| {
            let failure = InfrastructureError::new(error.to_string());
            KeyProviderError::Internal(failure.with_source(error))
        })
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

/// Builds a [`Keyring`] with your own clock or source of randomness.
///
/// A ring with a clock that the test moves:
///
/// ```
/// use core::time::Duration;
/// use kms_reencrypt::keyring::ManualClock;
/// use kms_reencrypt::{KeySpec, Keyring, KmsError};
///
/// let clock = ManualClock::new();
/// let keyring = Keyring::builder("111122223333", "us-east-2").clock(clock.clone()).build()?;
/// let key = keyring.create_key(KeySpec::SymmetricDefault)?;
/// keyring.schedule_key_deletion(key, 7)?;
///
/// clock.advance(Duration::from_secs(7 * 24 * 60 * 60));
/// assert!(matches!(keyring.describe_key(key), Err(KmsError::NotFound(_))));
/// # Ok::<(), KmsError>(())
/// ```
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
    /// The default is the operating system's generator. With a seeded one, every key of the ring is repeatable and
    /// therefore protects nothing.
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
