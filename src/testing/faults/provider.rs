//! [`FaultyProvider`]: a provider with injected faults.

use std::time::SystemTime;

use crate::access::{GrantId, Grants, KeyPolicy};
use crate::key::{
    AliasArn, AliasName, EncryptionAlgorithm, KeyArn, KeyMaterialId, KeyMetadata, Place,
};
use crate::keyring::RingProvider;
use crate::keyring::ring::Keyring;
use crate::operation::Operation;
use crate::provider::{
    KeyActionError, KeyProvider, KeyProviderError, KeyRef, KeyView, KmsKey, LastUsage,
    MessageNonces,
};
use crate::random::Random;
use crate::secret::Plaintext;

use super::fault::ProviderCall;
use super::script::Faults;

/// The keys of another provider, with injected faults, for tests of code that has to handle failures of KMS.
///
/// ```
/// use kms_reencrypt::testing::{Fault, FaultyProvider};
/// use kms_reencrypt::{EncryptRequest, Keyring, KeySpec, Kms, KmsError, ReEncryptRequest};
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let old = keyring.create_key(KeySpec::SymmetricDefault)?;
/// let new = keyring.create_key(KeySpec::SymmetricDefault)?;
/// let provider = FaultyProvider::new(keyring);
/// let faults = provider.faults();
/// let kms = Kms::new(provider);
/// let encrypt = EncryptRequest::builder().key_id(old).plaintext("data").build()?;
/// let blob = kms.encrypt(&encrypt)?.into_ciphertext_blob();
///
/// // The code under test: move a blob to the new key, with three attempts.
/// let rotate = |blob: &[u8]| {
///     let request = ReEncryptRequest::builder().ciphertext_blob(blob).destination_key_id(new);
///     let request = request.build()?;
///     let mut result = kms.re_encrypt(&request);
///     for _ in 1..3 {
///         if result.as_ref().is_err_and(KmsError::is_retryable) {
///             result = kms.re_encrypt(&request);
///         }
///     }
///     result
/// };
///
/// faults.inject(Fault::key_unavailable().on_key(new).times(2));
/// assert!(rotate(&blob).is_ok());
/// assert_eq!(faults.strikes(), 2);
///
/// faults.inject(Fault::dependency_timeout().on_destination());
/// assert!(matches!(rotate(&blob), Err(KmsError::DependencyTimeout(_))));
/// assert_eq!(faults.strikes(), 5);
/// # Ok::<(), KmsError>(())
/// ```
///
/// Over a [`Keyring`] it is a [`RingProvider`]: the `service()` and `http_client()` of a [`Kms`](crate::Kms) over it have every
/// operation, and control operations can be struck by their names. (`json`)
///
/// ```
/// # #[cfg(feature = "json")] {
/// use kms_reencrypt::testing::{Fault, FaultyProvider};
/// use kms_reencrypt::{Keyring, Kms, KmsError, Operation};
///
/// let provider = FaultyProvider::new(Keyring::new("111122223333", "us-east-2")?);
/// provider.faults().inject(Fault::throttling().on_operation(Operation::CreateKey).times(1));
/// let service = Kms::new(provider).service();
/// assert_eq!(service.call("TrentService.ListKeys", b"{}").status(), 200);
/// let refused = service.call("TrentService.CreateKey", b"{}");
/// assert_eq!(refused.error_code(), Some("ThrottlingException"));
/// assert_eq!(service.call("TrentService.CreateKey", b"{}").status(), 200);
/// # }
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[doc(alias = "fault injection")]
#[derive(Clone, Debug)]
pub struct FaultyProvider<P> {
    provider: P,
    faults: Faults,
}

impl<P> FaultyProvider<P> {
    /// A provider without faults yet.
    #[must_use]
    pub fn new(provider: P) -> Self {
        let faults = Faults::default();
        Self { provider, faults }
    }

    /// The handle to the faults.
    #[must_use]
    pub fn faults(&self) -> Faults {
        self.faults.clone()
    }

    /// The provider without its faults.
    #[must_use]
    pub const fn get_ref(&self) -> &P {
        &self.provider
    }
}

impl<P: KeyProvider> KeyProvider for FaultyProvider<P> {
    fn home(&self) -> Place {
        self.provider.home()
    }

    fn now(&self) -> Option<SystemTime> {
        self.provider.now()
    }

    fn view(&self, visit: &mut dyn FnMut(&dyn KeyView)) -> Result<(), KeyProviderError> {
        let injector = Injector {
            faults: &self.faults,
            operation: None,
        };
        injector.strike(ProviderCall::View, None)?;
        self.provider
            .view(&mut |view| visit(&FaultyView { view, injector }))
    }

    fn view_for(
        &self,
        operation: Operation,
        visit: &mut dyn FnMut(&dyn KeyView),
    ) -> Result<(), KeyProviderError> {
        let injector = Injector {
            faults: &self.faults,
            operation: Some(operation),
        };
        injector.strike(ProviderCall::View, None)?;
        self.provider
            .view_for(operation, &mut |view| visit(&FaultyView { view, injector }))
    }

    // Faults do not strike here: the operation that makes this call looks up keys next, and can fail there.
    fn associate_predefined_alias(&self, alias: &AliasArn) -> Result<(), KeyProviderError> {
        self.provider.associate_predefined_alias(alias)
    }
}

/// Control operations are those of the ring, and fail as the faults say.
impl<P: RingProvider> RingProvider for FaultyProvider<P> {
    fn keyring(&self) -> &Keyring {
        self.provider.keyring()
    }
}

/// The faults, for one operation.
#[derive(Clone, Copy, Debug)]
struct Injector<'v> {
    faults: &'v Faults,
    /// The operation, if it is known.
    operation: Option<Operation>,
}

impl Injector<'_> {
    fn strike(self, call: ProviderCall, key: Option<&KeyArn>) -> Result<(), KeyProviderError> {
        self.faults.strike((call, self.operation), key)
    }
}

struct FaultyView<'v> {
    view: &'v dyn KeyView,
    injector: Injector<'v>,
}

impl<'v> FaultyView<'v> {
    fn found(&self, key: KeyRef<'v>) -> Result<KeyRef<'v>, KeyProviderError> {
        let arn = *key.metadata().arn();
        let injector = self.injector;
        injector.strike(ProviderCall::KeyLookUp, Some(&arn))?;
        Ok(KeyRef::Owned(Box::new(FaultyKey { key, injector })))
    }
}

impl KeyView for FaultyView<'_> {
    fn key(&self, arn: &KeyArn) -> Result<KeyRef<'_>, KeyProviderError> {
        match self.view.key(arn) {
            Ok(key) => self.found(key),
            Err(error) => {
                self.injector.strike(ProviderCall::KeyLookUp, Some(arn))?;
                Err(error)
            }
        }
    }

    fn key_with_material(
        &self,
        place: &Place,
        id: &KeyMaterialId,
    ) -> Result<KeyRef<'_>, KeyProviderError> {
        match self.view.key_with_material(place, id) {
            Ok(key) => self.found(key),
            Err(error) => {
                self.injector.strike(ProviderCall::KeyLookUp, None)?;
                Err(error)
            }
        }
    }

    fn alias_target(&self, alias: &AliasArn) -> Result<KeyArn, KeyProviderError> {
        let target = self.view.alias_target(alias);
        self.injector
            .strike(ProviderCall::AliasLookUp, target.as_ref().ok())?;
        target
    }

    fn grant_of_token(&self, token: &str) -> Result<GrantId, KeyProviderError> {
        self.injector.strike(ProviderCall::GrantTokenLookUp, None)?;
        self.view.grant_of_token(token)
    }
}

#[derive(Debug)]
struct FaultyKey<'v> {
    key: KeyRef<'v>,
    injector: Injector<'v>,
}

impl FaultyKey<'_> {
    fn strike(&self, call: ProviderCall) -> Result<(), KeyProviderError> {
        self.injector.strike(call, Some(self.key.metadata().arn()))
    }
}

impl KmsKey for FaultyKey<'_> {
    fn metadata(&self) -> &KeyMetadata {
        self.key.metadata()
    }

    fn policy(&self) -> &KeyPolicy {
        self.key.policy()
    }

    fn grants(&self) -> &dyn Grants {
        self.key.grants()
    }

    fn aliases(&self) -> &[AliasName] {
        self.key.aliases()
    }

    fn tags(&self) -> &[(String, String)] {
        self.key.tags()
    }

    fn public_key(&self) -> Option<&[u8]> {
        self.key.public_key()
    }

    fn has_material(&self, id: &KeyMaterialId) -> bool {
        self.key.has_material(id)
    }

    fn last_usage(&self) -> Option<&LastUsage> {
        self.key.last_usage()
    }

    fn seal(
        &self,
        nonces: &MessageNonces,
        aad: &[u8],
        in_out: &mut [u8],
    ) -> Result<[u8; 16], KeyActionError> {
        self.strike(ProviderCall::Encrypt)?;
        self.key.seal(nonces, aad, in_out)
    }

    fn open(
        &self,
        id: &KeyMaterialId,
        nonces: &MessageNonces,
        aad: &[u8],
        in_out: &mut [u8],
        tag: &[u8; 16],
    ) -> Result<(), KeyActionError> {
        self.strike(ProviderCall::Decrypt)?;
        self.key.open(id, nonces, aad, in_out, tag)
    }

    fn encrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        plaintext: &[u8],
        random: Random<'_>,
    ) -> Result<Vec<u8>, KeyActionError> {
        self.strike(ProviderCall::Encrypt)?;
        self.key.encrypt(algorithm, plaintext, random)
    }

    fn decrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
        random: Random<'_>,
    ) -> Result<Plaintext, KeyActionError> {
        self.strike(ProviderCall::Decrypt)?;
        self.key.decrypt(algorithm, ciphertext, random)
    }
}
