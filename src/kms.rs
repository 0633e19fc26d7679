//! [`Kms`]: the front door.

use std::sync::Arc;

use crate::access::{Caller, Explanations, ResourceControls};
use crate::decrypt::{self, DecryptRequest, DecryptResponse};
use crate::describe_key::{self, DescribeKeyRequest, DescribeKeyResponse};
use crate::encrypt::{self, EncryptRequest, EncryptResponse};
use crate::engine::{Actor, Session, Trail, provider_failure};
use crate::error::KmsError;
use crate::generate_data_key::{
    self, GenerateDataKeyRequest, GenerateDataKeyResponse, GenerateDataKeyWithoutPlaintextResponse,
};
use crate::get_public_key::{self, GetPublicKeyRequest, GetPublicKeyResponse};
use crate::iam::Policy;
use crate::key::{AccountId, Place, Region};
use crate::observe::{self, Observed, Observer, Operation};
use crate::provider::KeyProvider;
use crate::random::{OsRandom, Random, RandomSource};
use crate::re_encrypt::{self, ReEncryptRequest, ReEncryptResponse};

/// AWS KMS, as one caller in one Region sees it, over the keys of a [`KeyProvider`].
///
/// It is cheap to clone and made for many threads. A new one acts as the root of the provider's home account, in its
/// home Region; [`as_caller`](Self::as_caller) and [`in_region`](Self::in_region) give others over the same keys.
///
/// ```
/// use kms_reencrypt::{EncryptRequest, Keyring, KeySpec, Kms, ReEncryptRequest};
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let source = keyring.create_key(KeySpec::SymmetricDefault)?;
/// let destination = keyring.create_key(KeySpec::SymmetricDefault)?;
///
/// let kms = Kms::new(keyring);
/// let encrypt = EncryptRequest::builder().key_id(source).plaintext(b"attack at dawn").build()?;
/// let blob = kms.encrypt(&encrypt)?.into_ciphertext_blob();
///
/// let re_encrypt = ReEncryptRequest::builder()
///     .ciphertext_blob(blob)
///     .destination_key_id(destination)
///     .build()?;
/// let response = kms.re_encrypt(&re_encrypt)?;
/// assert_eq!(response.source_key_id(), &source);
/// assert_eq!(response.key_id(), &destination);
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[derive(Debug)]
pub struct Kms<P> {
    provider: Arc<P>,
    random: Arc<dyn RandomSource>,
    observer: Option<Arc<dyn Observer>>,
    caller: Caller,
    controls: Arc<ResourceControls>,
    explanations: Option<Explanations>,
    /// The caller's account and the endpoint's Region.
    place: Place,
}

impl<P: KeyProvider> Kms<P> {
    /// KMS over a provider's keys, for the root of its home account, in its home Region.
    #[must_use]
    pub fn new(provider: P) -> Self {
        let place = provider.home();
        Self {
            provider: Arc::new(provider),
            random: Arc::new(OsRandom),
            observer: None,
            caller: Caller::account_root(place.account).in_partition_of(&place.region),
            controls: Arc::default(),
            explanations: None,
            place,
        }
    }

    /// The same keys with another source of nonces, data keys and blinding factors.
    ///
    /// The default is the operating system's generator. What a bad choice costs: see [`RandomSource`].
    #[must_use]
    pub fn with_random_source(mut self, source: impl RandomSource + 'static) -> Self {
        self.random = Arc::new(source);
        self
    }

    /// The same keys, with somebody who is told of every operation on them: through this handle and those made from it.
    #[must_use]
    pub fn with_observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// The same keys, as another caller sees them. A service, which has no account, completes key ids and alias names with
    /// the account of this handle.
    #[must_use]
    pub fn as_caller(&self, caller: Caller) -> Self {
        let account = caller.account().unwrap_or(&self.place.account);
        let place = Place::new(*account, self.place.region);
        Self {
            caller,
            place,
            ..self.clone()
        }
    }

    /// The same keys, in an account with resource control policies: a list of levels, from the root of the organization to
    /// the account, each of which has to allow. They limit everybody who uses the account's keys; those of a caller's own
    /// account stand with the [`Caller`].
    #[must_use]
    pub fn with_resource_control_policies(
        mut self,
        account: AccountId,
        levels: Vec<Vec<Policy>>,
    ) -> Self {
        Arc::make_mut(&mut self.controls).set(account, levels);
        self
    }

    /// The same keys, through a handle that explains who may do what and why: requests that go well, too. A refusal has its
    /// explanation with every handle: [`AccessDeniedError::explanation`](crate::error::AccessDeniedError::explanation).
    ///
    /// ```
    /// use kms_reencrypt::{EncryptRequest, Keyring, KeySpec, Kms};
    ///
    /// let keyring = Keyring::new("111122223333", "us-east-2")?;
    /// let key = keyring.create_key(KeySpec::SymmetricDefault)?;
    /// let (kms, explanations) = Kms::new(keyring).explaining();
    /// kms.encrypt(&EncryptRequest::builder().key_id(key).plaintext("data").build()?)?;
    /// let [explanation] = explanations.take().try_into().expect("one permission");
    /// assert_eq!(explanation.action, "kms:Encrypt");
    /// assert!(explanation.decision.is_allowed());
    /// # Ok::<(), kms_reencrypt::KmsError>(())
    /// ```
    #[must_use]
    pub fn explaining(&self) -> (Self, Explanations) {
        let explanations = Explanations::default();
        let kms = Self {
            explanations: Some(explanations.clone()),
            ..self.clone()
        };
        (kms, explanations)
    }

    /// The same keys, as the endpoint of another Region shows them.
    #[must_use]
    pub fn in_region(&self, region: Region) -> Self {
        let place = Place::new(self.place.account, region);
        Self {
            place,
            ..self.clone()
        }
    }

    /// The principal that requests are sent as.
    #[must_use]
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The Region of the endpoint that requests are sent to.
    #[must_use]
    pub const fn region(&self) -> &Region {
        &self.place.region
    }

    /// The account that key ids are completed with, and the Region of the endpoint.
    #[cfg(feature = "json")]
    pub(crate) const fn place(&self) -> &Place {
        &self.place
    }

    /// Where to explain decisions, if anybody asks why.
    #[cfg(feature = "json")]
    pub(crate) const fn explanations(&self) -> Option<&Explanations> {
        self.explanations.as_ref()
    }

    /// The resource control policies of accounts.
    #[cfg(feature = "json")]
    pub(crate) fn controls(&self) -> &ResourceControls {
        &self.controls
    }

    /// The provider of the keys.
    #[must_use]
    pub fn provider(&self) -> &P {
        &self.provider
    }

    /// Decrypts a ciphertext and encrypts it again under another key.
    ///
    /// No plaintext leaves this call, and none exists unless both keys may be used.
    ///
    /// # Errors
    ///
    /// In the order in which they are looked for:
    ///
    /// - [`KmsError::InvalidGrantToken`] if a grant token is unknown.
    /// - [`KmsError::InvalidCiphertext`] if the algorithm of the source is symmetric and the ciphertext is no blob;
    ///   [`KmsError::Validation`] if it is asymmetric and no `SourceKeyId` is given.
    /// - [`KmsError::NotFound`] if `SourceKeyId` names nothing; [`KmsError::IncorrectKey`] if it names another key than
    ///   the blob does.
    /// - [`KmsError::AccessDenied`] if the caller lacks `kms:ReEncryptFrom`, or if the key that a blob names is not
    ///   there.
    /// - [`KmsError::InvalidKeyUsage`], [`KmsError::Disabled`], [`KmsError::KmsInvalidState`] or
    ///   [`KmsError::Validation`] if the source key is for something else, in no state to act, of another spec than the
    ///   algorithm, or asymmetric and the request has an encryption context.
    /// - The same for the destination, with `kms:ReEncryptTo`.
    /// - [`KmsError::InvalidCiphertext`] if the ciphertext does not open, for whatever reason.
    /// - [`KmsError::Validation`] if the plaintext is too long for the destination.
    /// - [`KmsError::DryRunOperation`] if all is well and `DryRun` is set.
    ///
    /// At any point [`KmsError::DependencyTimeout`], [`KmsError::KeyUnavailable`], [`KmsError::KmsInternal`] or
    /// [`KmsError::Throttling`], if the provider or the random source fails.
    #[doc(alias("rewrap", "rotate"))]
    pub fn re_encrypt(&self, request: &ReEncryptRequest) -> Result<ReEncryptResponse, KmsError> {
        self.operate((Operation::ReEncrypt, request), |session| {
            re_encrypt::re_encrypt(session, request)
        })
    }

    /// Encrypts up to 4096 bytes under a key.
    ///
    /// # Errors
    ///
    /// As for the destination of [`re_encrypt`](Self::re_encrypt), with the permission `kms:Encrypt`.
    pub fn encrypt(&self, request: &EncryptRequest) -> Result<EncryptResponse, KmsError> {
        self.operate((Operation::Encrypt, request), |session| {
            encrypt::encrypt(session, request)
        })
    }

    /// Decrypts a ciphertext.
    ///
    /// # Errors
    ///
    /// As for the source of [`re_encrypt`](Self::re_encrypt), with the permission `kms:Decrypt`; an asymmetric algorithm
    /// needs `KeyId`.
    pub fn decrypt(&self, request: &DecryptRequest) -> Result<DecryptResponse, KmsError> {
        self.operate((Operation::Decrypt, request), |session| {
            decrypt::decrypt(session, request)
        })
    }

    /// Makes a data key and encrypts it under a symmetric key.
    ///
    /// # Errors
    ///
    /// As for [`encrypt`](Self::encrypt), with the permission `kms:GenerateDataKey`.
    pub fn generate_data_key(
        &self,
        request: &GenerateDataKeyRequest,
    ) -> Result<GenerateDataKeyResponse, KmsError> {
        self.operate((Operation::GenerateDataKey, request), |session| {
            generate_data_key::generate_data_key(session, request)
        })
    }

    /// Makes a data key and encrypts it under a symmetric key, without telling it.
    ///
    /// # Errors
    ///
    /// As for [`encrypt`](Self::encrypt), with the permission `kms:GenerateDataKeyWithoutPlaintext`.
    pub fn generate_data_key_without_plaintext(
        &self,
        request: &GenerateDataKeyRequest,
    ) -> Result<GenerateDataKeyWithoutPlaintextResponse, KmsError> {
        let operation = Operation::GenerateDataKeyWithoutPlaintext;
        self.operate((operation, request), |session| {
            generate_data_key::generate_data_key_without_plaintext(session, request)
        })
    }

    /// Describes a key, whatever its state.
    ///
    /// # Errors
    ///
    /// - [`KmsError::InvalidGrantToken`] if a grant token is unknown.
    /// - [`KmsError::NotFound`] if `KeyId` names nothing.
    /// - [`KmsError::AccessDenied`] if the caller lacks `kms:DescribeKey`.
    ///
    /// And those of a provider that fails, as for [`re_encrypt`](Self::re_encrypt).
    pub fn describe_key(
        &self,
        request: &DescribeKeyRequest,
    ) -> Result<DescribeKeyResponse, KmsError> {
        self.operate((Operation::DescribeKey, request), |session| {
            describe_key::describe_key(session, request)
        })
    }

    /// Returns the public key of an RSA or SM2 key, so that others can encrypt without KMS.
    ///
    /// # Errors
    ///
    /// As for [`describe_key`](Self::describe_key), with the permission `kms:GetPublicKey`, and:
    ///
    /// - [`KmsError::Disabled`] or [`KmsError::KmsInvalidState`] if the key is in no state to act.
    /// - [`KmsError::UnsupportedOperation`] if it has no public key. Keys of the ring for signatures and key agreement have
    ///   none.
    pub fn get_public_key(
        &self,
        request: &GetPublicKeyRequest,
    ) -> Result<GetPublicKeyResponse, KmsError> {
        self.operate((Operation::GetPublicKey, request), |session| {
            get_public_key::get_public_key(session, request)
        })
    }

    /// Runs one operation, and tells the observer if there is one. Why it is inlined: see `Sealing::seal`.
    #[inline(always)]
    fn operate<T>(
        &self,
        request: (Operation, &dyn Observed),
        operation: impl FnOnce(&mut Session<'_>) -> Result<T, KmsError>,
    ) -> Result<T, KmsError> {
        let Some(observer) = &self.observer else {
            return self.view(None, operation);
        };
        let trail = Trail::default();
        let answer = self.view(Some(&trail), operation);
        let result = answer.as_ref().map(|_| ());
        observe::tell(
            observer.as_ref(),
            request,
            (&self.caller, self.place),
            &trail,
            result,
        );
        answer
    }

    /// Runs one operation over one view of the keys.
    #[inline(always)]
    fn view<T>(
        &self,
        trail: Option<&Trail>,
        operation: impl FnOnce(&mut Session<'_>) -> Result<T, KmsError>,
    ) -> Result<T, KmsError> {
        let clock = || self.provider.now();
        let mut operation = Some(operation);
        let mut answer = None;
        self.provider
            .view(&mut |view| {
                // A provider that calls twice gets nothing done twice.
                if let Some(operation) = operation.take() {
                    let random = Random::new(self.random.as_ref());
                    let actor = Actor {
                        caller: &self.caller,
                        place: &self.place,
                        controls: &self.controls,
                        explanations: self.explanations.as_ref(),
                        clock: &clock,
                    };
                    let mut session = Session::new(view, actor, random, trail);
                    // An assignment would move the answer once more, to drop what was there before.
                    answer.get_or_insert_with(|| operation(&mut session));
                }
            })
            .map_err(provider_failure)?;
        answer.unwrap_or_else(|| Err(KmsError::no_view()))
    }
}

impl<P> Clone for Kms<P> {
    fn clone(&self) -> Self {
        Self {
            provider: Arc::clone(&self.provider),
            random: Arc::clone(&self.random),
            observer: self.observer.clone(),
            caller: self.caller.clone(),
            controls: Arc::clone(&self.controls),
            explanations: self.explanations.clone(),
            place: self.place,
        }
    }
}
