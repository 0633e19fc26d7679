//! AWS managed keys.

use crate::access::KeyPolicy;
use crate::error::{AlreadyExistsError, KmsError};
use crate::key::{AliasArn, AliasName, KeyArn, KeyManager, KeySpec};

use super::alias::Alias;
use super::create::{NewKey, add};
use super::ring::Keyring;
use super::rotation_schedule::{ROTATION_PERIOD_DEFAULT, RotationSchedule};

/// AWS managed keys.
impl Keyring {
    /// Creates the AWS managed key of a service (`s3`, `ebs`) and its reserved alias (`alias/aws/s3`), as the service
    /// does when it first needs them. It is rotated every year by the ring's clock.
    ///
    /// Its policy allows all callers of the account whose requests come through the service
    /// ([`Caller::with_via_service`](crate::access::Caller::with_via_service)), and no others.
    ///
    /// # Errors
    ///
    /// [`KmsError::InvalidAliasName`] if the name is not valid in an alias; [`KmsError::AlreadyExists`] if the service
    /// has its key already.
    ///
    /// ```
    /// use kms_reencrypt::{EncryptRequest, Keyring, Kms};
    ///
    /// let keyring = Keyring::new("111122223333", "us-east-2")?;
    /// keyring.create_aws_managed_key("s3")?;
    ///
    /// let directly = EncryptRequest::builder().key_id("alias/aws/s3").plaintext(b"-").build()?;
    /// let error = Kms::new(keyring).encrypt(&directly).expect_err("not through S3");
    /// assert_eq!(error.code(), "AccessDeniedException");
    /// # Ok::<(), kms_reencrypt::KmsError>(())
    /// ```
    pub fn create_aws_managed_key(&self, service: &str) -> Result<KeyArn, KmsError> {
        let place = *self.place();
        let alias = AliasArn::new(place, reserved_name(service)?);
        let key =
            NewKey::new(KeySpec::SymmetricDefault).policy(KeyPolicy::aws_managed(service, &place));
        let mut created = self.make(key)?;
        created.describe(|metadata| metadata.key_manager(KeyManager::Aws));
        let now = self.now();
        created.rotation = Some(RotationSchedule::beginning(ROTATION_PERIOD_DEFAULT, now));
        self.write(|snapshot| {
            if snapshot.aliases.get(&alias).is_some() {
                return Err(KmsError::AlreadyExists(AlreadyExistsError::Alias(alias)));
            }
            let arn = add(snapshot, created)?;
            snapshot.point_alias(Alias::new(alias, arn, now));
            Ok(arn)
        })
    }
}

/// The alias `alias/aws/…` of a service, whose name has to be valid in an alias.
fn reserved_name(service: &str) -> Result<AliasName, KmsError> {
    let alias = format!("alias/aws/{service}");
    let is_name = format!("alias/{service}")
        .parse()
        .is_ok_and(|name: AliasName| name.is_creatable());
    match alias.parse() {
        Ok(name) if is_name => Ok(name),
        _ => Err(KmsError::InvalidAliasName { alias }),
    }
}
