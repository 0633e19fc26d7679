//! AWS managed keys.

use crate::access::KeyPolicy;
use crate::error::{AlreadyExistsError, KmsError};
use crate::key::{AliasArn, AliasName, KeyArn, KeyManager, KeySpec};

use super::alias::{Alias, AliasEntry};
use super::create::{NewKey, addable, require_free};
use super::key::SoftwareKey;
use super::ring::Keyring;
use super::rotation_schedule::{ROTATION_PERIOD_DEFAULT, RotationSchedule};
use super::snapshot::Snapshot;

/// The services whose AWS managed keys have an alias in every account and Region before the key exists. QUOTED: a
/// nearly empty account in London, in 2019 (GUESS 60).
pub(crate) const PREDEFINED_SERVICES: [&str; 11] = [
    "dynamodb",
    "ebs",
    "elasticfilesystem",
    "es",
    "glue",
    "kinesisvideo",
    "rds",
    "redshift",
    "s3",
    "ssm",
    "xray",
];

/// What the AWS managed keys of services protect, in the words of their descriptions. QUOTED.
const PROTECTED: [(&str, &str); 7] = [
    ("dynamodb", "DynamoDB data"),
    ("ebs", "EBS volumes"),
    ("glue", "Glue data"),
    ("rds", "RDS database volumes"),
    ("s3", "S3 objects"),
    ("secretsmanager", "Secrets Manager data"),
    ("ssm", "SSM parameters"),
];

/// AWS managed keys.
impl Keyring {
    /// Creates the AWS managed key of a service (`s3`, `ebs`) and its reserved alias (`alias/aws/s3`), as the service
    /// does when it first needs them. It is rotated every year by the ring's clock.
    ///
    /// Its policy allows only callers of the account whose requests come through the service:
    /// [`Caller::with_via_service`](crate::access::Caller::with_via_service).
    ///
    /// Some of these aliases are predefined in every account and Region, those of S3 and EBS among them. If one of them has no
    /// key yet, the operation `DescribeKey` by that alias ([`Kms::describe_key`](crate::Kms::describe_key)) makes it.
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
        let alias = AliasArn::new(*self.place(), reserved_name(service)?);
        let created = self.make_aws_managed(service)?;
        let now = self.now();
        self.write(|snapshot| {
            if snapshot.aliases.get(&alias).is_some() {
                return Err(KmsError::AlreadyExists(AlreadyExistsError::Alias(alias)));
            }
            let created = addable(snapshot, created)?;
            let arn = *created.metadata.arn();
            snapshot.put(created);
            snapshot.point_alias(Alias::new(alias, arn, now));
            Ok(arn)
        })
    }

    /// Gives a predefined alias its key if it has none. Both are visible at once, since the request that makes them describes
    /// the key.
    pub(super) fn associate(&self, alias: &AliasArn) -> Result<(), KmsError> {
        let Some(service) = predefined_service(alias.name()) else {
            return Ok(());
        };
        let is_known = |snapshot: &Snapshot| snapshot.aliases.get(alias).is_some();
        if is_known(&self.snapshot()) {
            return Ok(());
        }
        let there = self.in_place(*alias.place());
        let created = there.make_aws_managed(service)?;
        let now = self.now();
        self.write(|snapshot| {
            // Another thread may have been faster.
            if is_known(snapshot) {
                return Ok(());
            }
            require_free(snapshot, &created)?;
            let target = *created.metadata.arn();
            snapshot.put(created);
            let entry = AliasEntry {
                latest: Some(Alias::new(alias.clone(), target, now)),
                seen: Some(target),
            };
            snapshot.put_alias(alias.clone(), entry);
            Ok(())
        })
    }

    /// The AWS managed key of a service, which is not in the ring yet.
    fn make_aws_managed(&self, service: &str) -> Result<SoftwareKey, KmsError> {
        let key = NewKey::new(KeySpec::SymmetricDefault)
            .description(description(service))
            .policy(KeyPolicy::aws_managed(service, self.place()));
        let mut created = self.make(key)?;
        created.describe(|metadata| metadata.key_manager(KeyManager::Aws));
        created.rotation = Some(RotationSchedule::beginning(
            ROTATION_PERIOD_DEFAULT,
            self.now(),
        ));
        Ok(created)
    }
}

/// The service to which an alias belongs, if AWS predefines that alias.
fn predefined_service(alias: &AliasName) -> Option<&str> {
    let service = alias.as_str().strip_prefix("alias/aws/")?;
    PREDEFINED_SERVICES.contains(&service).then_some(service)
}

/// The description of the AWS managed key of a service; empty if its words are not known.
fn description(service: &str) -> String {
    let named = PROTECTED.iter().find(|(name, _)| *name == service);
    named.map_or_else(String::new, |(_, protected)| {
        format!("Default key that protects my {protected} when no other key is defined")
    })
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
