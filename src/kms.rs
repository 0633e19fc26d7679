//! [`Kms`]: AWS KMS as one caller sees it, with one method per operation.

use std::sync::Arc;

use crate::access::{Caller, Explanations, ResourceControls};
use crate::decrypt::{self, DecryptRequest, DecryptResponse};
use crate::describe_key::{self, DescribeKeyRequest, DescribeKeyResponse};
use crate::encrypt::{self, EncryptRequest, EncryptResponse};
use crate::engine::{Actor, Session, Trail};
use crate::error::KmsError;
use crate::generate_data_key::{
    self, GenerateDataKeyRequest, GenerateDataKeyResponse, GenerateDataKeyWithoutPlaintextResponse,
};
use crate::generate_data_key_pair::{
    self, GenerateDataKeyPairRequest, GenerateDataKeyPairResponse,
    GenerateDataKeyPairWithoutPlaintextResponse,
};
use crate::get_public_key::{self, GetPublicKeyRequest, GetPublicKeyResponse};
use crate::iam::Policy;
use crate::key::{AccountId, Place, Region};
#[cfg(feature = "json")]
use crate::observe::ControlCall;
use crate::observe::{self, Observed, Observer};
use crate::operation::Operation;
use crate::provider::KeyProvider;
use crate::random::{OsRandom, Random, RandomSource};
use crate::re_encrypt::{self, ReEncryptRequest, ReEncryptResponse};
use crate::resolve;

/// AWS KMS, as one caller in one Region sees it, over the keys of a [`KeyProvider`].
///
/// A handle is cheap to clone, and many threads can use it at once. A new one acts as the root user of the provider's
/// home account, in the provider's home Region; [`as_caller`](Self::as_caller) and [`in_region`](Self::in_region)
/// return handles for other callers and Regions over the same keys.
///
/// | to | call |
/// |---|---|
/// | move a ciphertext to another key | [`re_encrypt`](Self::re_encrypt) |
/// | encrypt and decrypt | [`encrypt`](Self::encrypt), [`decrypt`](Self::decrypt) |
/// | make data keys | [`generate_data_key`](Self::generate_data_key), [`generate_data_key_pair`](Self::generate_data_key_pair), and both without plaintext: [one key](Self::generate_data_key_without_plaintext), [a pair](Self::generate_data_key_pair_without_plaintext) |
/// | look at a key | [`describe_key`](Self::describe_key), [`get_public_key`](Self::get_public_key) |
/// | change keys, aliases, grants and policies | the methods of [`Keyring`](crate::Keyring) |
/// | act as another caller, or in another Region | [`as_caller`](Self::as_caller), [`in_region`](Self::in_region), [`with_resource_control_policies`](Self::with_resource_control_policies) |
/// | see what was asked, and why it was allowed or denied | [`with_observer`](Self::with_observer), [`explaining`](Self::explaining) |
/// | have the same ciphertexts in every run | [`with_random_source`](Self::with_random_source) |
#[cfg_attr(
    feature = "aws-sdk",
    doc = "| serve clients of the official SDK | [`http_client`](Self::http_client) |"
)]
#[cfg_attr(
    feature = "json",
    doc = "| serve clients of every language, with all operations | [`service`](Self::service) |"
)]
///
/// ```
/// use kms_reencrypt::{EncryptRequest, Keyring, KeySpec, Kms, ReEncryptRequest};
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let source = keyring.create_key(KeySpec::SymmetricDefault)?;
/// let destination = keyring.create_key(KeySpec::SymmetricDefault)?;
///
/// let kms = Kms::new(keyring);
/// let encrypt = EncryptRequest::builder().key_id(source).plaintext("attack at dawn").build()?;
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
    /// Creates a handle over a provider's keys. It acts as the root user of the provider's home account, in the
    /// provider's home Region.
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

    /// Replaces the source of nonces, data keys and blinding factors.
    ///
    /// The default is the operating system's generator. [`RandomSource`] says what a source must guarantee, and why.
    #[must_use]
    pub fn with_random_source(mut self, source: impl RandomSource + 'static) -> Self {
        self.random = Arc::new(source);
        self
    }

    /// Reports every operation of this handle, and of the handles made from it, to an observer. It also reports those
    /// of the `service()` and the `http_client()` of these handles, control operations included.
    #[must_use]
    pub fn with_observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Returns a handle that acts as another caller, over the same keys.
    ///
    /// Bare key ids and alias names are completed with the caller's account. A service has no account, so the account
    /// of this handle takes its place.
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

    /// Sets the resource control policies of an account: one list of policies per level, from the root of the
    /// organization down to the account. Every level has to allow a request.
    ///
    /// They limit every caller who uses the account's keys. Service control policies, which limit the principals of an
    /// account, are set on the [`Caller`].
    #[must_use]
    pub fn with_resource_control_policies(
        mut self,
        account: AccountId,
        levels: Vec<Vec<Policy>>,
    ) -> Self {
        Arc::make_mut(&mut self.controls).set(account, levels);
        self
    }

    /// Returns a handle over the same keys that also explains each permission that it checks, and the list of
    /// explanations.
    ///
    /// It explains requests that succeed, too. A refusal carries its explanation with every handle:
    /// [`AccessDeniedError::explanation`](crate::error::AccessDeniedError::explanation).
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

    /// Returns a handle for the endpoint of another Region, over the same keys.
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

    /// Where the handle collects explanations of decisions; `None` if it does not explain.
    #[cfg(feature = "json")]
    pub(crate) const fn explanations(&self) -> Option<&Explanations> {
        self.explanations.as_ref()
    }

    /// The resource control policies of accounts.
    #[cfg(feature = "json")]
    pub(crate) fn controls(&self) -> &ResourceControls {
        &self.controls
    }

    /// Reports a control operation to the observer if one is set.
    #[cfg(feature = "json")]
    pub(crate) fn tell_of_control<'c>(
        &self,
        operation: Operation,
        result: Result<(), &KmsError>,
        call: impl FnOnce() -> ControlCall<'c>,
    ) {
        if let Some(observer) = &self.observer {
            let who = (&self.caller, self.place);
            observe::tell_of_control(observer.as_ref(), operation, who, &call(), result);
        }
    }

    /// The request, if it could be built. If it violates constraints, that is reported to the observer if one is set. No
    /// key has been looked up for it.
    #[cfg(feature = "json")]
    pub(crate) fn checked<'r, T>(
        &self,
        operation: Operation,
        built: &'r Result<T, KmsError>,
    ) -> Result<&'r T, KmsError> {
        built.as_ref().map_err(|error| {
            if let Some(observer) = &self.observer {
                let who = (&self.caller, self.place);
                let call = ControlCall::default();
                observe::tell_of_control(observer.as_ref(), operation, who, &call, Err(error));
            }
            error.clone()
        })
    }

    /// The provider of the keys.
    #[must_use]
    pub fn provider(&self) -> &P {
        &self.provider
    }

    /// Decrypts a ciphertext and encrypts it again under another key.
    ///
    /// The plaintext never leaves this call, and nothing is decrypted unless the caller may use both keys.
    ///
    /// # Errors
    ///
    /// In the order in which they are checked:
    ///
    /// - [`KmsError::InvalidGrantToken`] if a grant token is unknown.
    /// - [`KmsError::InvalidCiphertext`] if the algorithm of the source is symmetric and the ciphertext is not a
    ///   symmetric blob; [`KmsError::Validation`] if it is asymmetric and no `SourceKeyId` is given.
    /// - [`KmsError::NotFound`] if `SourceKeyId` names no key; [`KmsError::IncorrectKey`] if it names another key than
    ///   the blob does.
    /// - [`KmsError::AccessDenied`] if the caller lacks `kms:ReEncryptFrom`, or if the key that a blob names does not
    ///   exist.
    /// - [`KmsError::InvalidKeyUsage`], [`KmsError::Disabled`], [`KmsError::KmsInvalidState`] or
    ///   [`KmsError::Validation`] if the source key has another usage, if its state does not allow the operation, if
    ///   its spec does not support the algorithm, or if it is asymmetric and the request has an encryption context.
    /// - The same for the destination key, with the permission `kms:ReEncryptTo`.
    /// - [`KmsError::InvalidCiphertext`] if the ciphertext does not open, whatever the reason.
    /// - [`KmsError::Validation`] if the plaintext is too long for the destination.
    /// - [`KmsError::DryRunOperation`] if the request would succeed and `DryRun` is set.
    ///
    /// At any point [`KmsError::DependencyTimeout`], [`KmsError::KeyUnavailable`], [`KmsError::KmsInternal`] or
    /// [`KmsError::Throttling`], if the provider or the random source fails.
    #[doc(alias("rewrap", "rotate"))]
    pub fn re_encrypt(&self, request: &ReEncryptRequest) -> Result<ReEncryptResponse, KmsError> {
        self.operate((Operation::ReEncrypt, request), |session| {
            re_encrypt::re_encrypt(session, request)
        })
    }

    /// Encrypts up to 4096 bytes under a symmetric key, or as many as
    /// [`KeySpec::plaintext_max`](crate::KeySpec::plaintext_max) says under an RSA or SM2 key.
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

    /// Makes a data key of 1 to 1024 bytes, and returns it in plaintext and encrypted under a symmetric key.
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

    /// Makes a data key of 1 to 1024 bytes, and returns it only encrypted under a symmetric key.
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

    /// Makes a pair of data keys. Returns its public key, and its private key both in plaintext and encrypted under a
    /// symmetric key. `ReEncrypt` moves that ciphertext like any other.
    ///
    /// A private key is the DER of a PKCS#8 `PrivateKeyInfo`, a public key that of an X.509 `SubjectPublicKeyInfo`. In
    /// an unoptimized build, an RSA pair takes seconds, `RSA_4096` up to a minute.
    ///
    /// # Errors
    ///
    /// As for [`encrypt`](Self::encrypt), with the permission `kms:GenerateDataKeyPair`, and then
    /// [`KmsError::UnsupportedOperation`] for a key in a custom key store, for SM2 outside of China, for a curve
    /// without the feature `data-key-pairs`, and for ML-KEM, for which this crate has no pairs.
    pub fn generate_data_key_pair(
        &self,
        request: &GenerateDataKeyPairRequest,
    ) -> Result<GenerateDataKeyPairResponse, KmsError> {
        self.operate((Operation::GenerateDataKeyPair, request), |session| {
            generate_data_key_pair::generate_data_key_pair(session, request)
        })
    }

    /// Makes a pair of data keys. Returns its public key, and its private key only encrypted under a symmetric key.
    ///
    /// # Errors
    ///
    /// As for [`generate_data_key_pair`](Self::generate_data_key_pair), with the permission
    /// `kms:GenerateDataKeyPairWithoutPlaintext`.
    pub fn generate_data_key_pair_without_plaintext(
        &self,
        request: &GenerateDataKeyPairRequest,
    ) -> Result<GenerateDataKeyPairWithoutPlaintextResponse, KmsError> {
        let operation = Operation::GenerateDataKeyPairWithoutPlaintext;
        self.operate((operation, request), |session| {
            generate_data_key_pair::generate_data_key_pair_without_plaintext(session, request)
        })
    }

    /// Describes a key, whatever its state. The AWS managed key of a predefined alias, such as `alias/aws/s3`, is
    /// created first if the provider is a [`Keyring`](crate::Keyring) that does not have it yet.
    ///
    /// # Errors
    ///
    /// - [`KmsError::InvalidGrantToken`] if a grant token is unknown.
    /// - [`KmsError::NotFound`] if `KeyId` names no key.
    /// - [`KmsError::AccessDenied`] if the caller lacks `kms:DescribeKey`.
    ///
    /// If the provider fails: as for [`re_encrypt`](Self::re_encrypt).
    pub fn describe_key(
        &self,
        request: &DescribeKeyRequest,
    ) -> Result<DescribeKeyResponse, KmsError> {
        // The key is created even if the caller may not describe it, since the refusal names the key (GUESS 61).
        let associated = match describe_key::reserved_alias(request, &self.place) {
            Some(alias) => self.provider.associate_predefined_alias(&alias),
            None => Ok(()),
        };
        self.operate((Operation::DescribeKey, request), |session| {
            associated.map_err(resolve::failure)?;
            describe_key::describe_key(session, request)
        })
    }

    /// Returns the public key of an asymmetric key, so that others can encrypt without KMS, or check signatures.
    ///
    /// # Errors
    ///
    /// As for [`describe_key`](Self::describe_key), with the permission `kms:GetPublicKey`, and:
    ///
    /// - [`KmsError::KmsInvalidState`] if the state of the key does not allow the operation. A disabled key still gives its
    ///   public key.
    /// - [`KmsError::UnsupportedOperation`] without a message if the key is not asymmetric, and with a message if its
    ///   provider does not give its public key. A [`Keyring`](crate::Keyring) has key pairs on curves other than SM2
    ///   only with the feature `data-key-pairs`, and none for ML-DSA and ML-KEM.
    pub fn get_public_key(
        &self,
        request: &GetPublicKeyRequest,
    ) -> Result<GetPublicKeyResponse, KmsError> {
        self.operate((Operation::GetPublicKey, request), |session| {
            get_public_key::get_public_key(session, request)
        })
    }

    /// Runs one operation, and reports it to the observer if one is set. Inlined for the reason that `Sealing::seal`
    /// gives.
    #[inline(always)]
    fn operate<T>(
        &self,
        request: (Operation, &dyn Observed),
        operation: impl FnOnce(&mut Session<'_>) -> Result<T, KmsError>,
    ) -> Result<T, KmsError> {
        let (name, _) = request;
        let Some(observer) = &self.observer else {
            return self.view(name, None, operation);
        };
        let trail = Trail::default();
        let answer = self.view(name, Some(&trail), operation);
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
        name: Operation,
        trail: Option<&Trail>,
        operation: impl FnOnce(&mut Session<'_>) -> Result<T, KmsError>,
    ) -> Result<T, KmsError> {
        let clock = || self.provider.now();
        let mut operation = Some(operation);
        let mut answer = None;
        self.provider
            .view_for(name, &mut |view| {
                // The operation runs once, even if a provider calls back twice.
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
                    // Written in place: an assignment would drop the old value and move the new one.
                    answer.get_or_insert_with(|| operation(&mut session));
                }
            })
            .map_err(resolve::failure)?;
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
