//! The table of condition keys: a row for each.

use crate::access::Action;

use super::key::{Actions, ConditionKey, Value, ValueSource, ValueType};
use super::values::{self, absent, not_provided};

use Actions::{All, OnKeys, OnKeysAndNewKeys, OnKeysAndStores, These};
use ValueSource::{Caller, Clock, Connection, Key, Request};
use ValueType::{Arn, Bool, Date, IpAddress, Numeric, String, Strings};

/// Sorted by name, ignoring case. DOC: the Service Authorization Reference and the developer guide for `kms:`, the IAM User
/// Guide for the rest.
#[rustfmt::skip]
pub(super) const TABLE: &[ConditionKey] = &[
    row("aws:AssumedRoot", Bool, Caller, All, not_provided),
    row("aws:CalledVia", Strings, Connection, All, values::called_via),
    row("aws:CalledViaAWSMCP", String, Connection, All, not_provided),
    row("aws:CalledViaFirst", String, Connection, All, values::called_via_first),
    row("aws:CalledViaLast", String, Connection, All, values::called_via_last),
    row("aws:ChatbotSourceArn", Arn, Caller, All, not_provided),
    row("aws:CurrentTime", Date, Clock, All, values::current_time),
    row("aws:Ec2InstanceSourcePrivateIPv4", IpAddress, Caller, All, not_provided),
    row("aws:Ec2InstanceSourceVpc", String, Caller, All, not_provided),
    row("aws:EpochTime", Date, Clock, All, values::epoch_time),
    row("aws:FederatedProvider", String, Caller, All, not_provided),
    row("aws:IsMcpServiceAction", Bool, Connection, All, not_provided),
    row("aws:MultiFactorAuthAge", Numeric, Caller, All, values::of_temporary_credentials),
    row("aws:MultiFactorAuthPresent", Bool, Caller, All, values::of_temporary_credentials),
    row("aws:PrincipalAccount", String, Caller, All, values::account),
    row("aws:PrincipalArn", Arn, Caller, All, values::principal_arn),
    row("aws:PrincipalIsAWSService", Bool, Caller, All, values::is_service),
    row("aws:PrincipalOrgID", String, Caller, All, values::of_account),
    row("aws:PrincipalOrgPaths", Strings, Caller, All, values::of_account),
    row("aws:PrincipalServiceName", String, Caller, All, values::service_name),
    row("aws:PrincipalServiceNamesList", Strings, Caller, All, values::service_names),
    row("aws:PrincipalTag/", String, Caller, All, values::of_account),
    row("aws:PrincipalType", String, Caller, All, values::principal_type),
    row("aws:Referer", String, Connection, All, not_provided),
    row("aws:RequestedRegion", String, Request, All, values::region),
    row("aws:RequestTag/", String, Request, These(TAGGING), values::request_tag),
    row("aws:ResourceAccount", String, Key, All, values::resource_account),
    row("aws:ResourceOrgID", String, Key, All, not_provided),
    row("aws:ResourceOrgPaths", Strings, Key, All, not_provided),
    row("aws:ResourceTag/", String, Key, OnKeys, values::resource_tag),
    row("aws:SecureTransport", Bool, Connection, All, values::yes),
    row("aws:SignInSessionArn", Arn, Caller, All, not_provided),
    row("aws:SourceAccount", String, Connection, All, values::of_service),
    row("aws:SourceArn", Arn, Connection, All, values::of_service),
    row("aws:SourceIdentity", String, Caller, All, values::of_temporary_credentials),
    row("aws:SourceIp", IpAddress, Connection, All, not_provided),
    row("aws:SourceOrgID", String, Connection, All, values::of_service),
    row("aws:SourceOrgPaths", Strings, Connection, All, values::of_service),
    row("aws:SourceVpc", String, Connection, All, not_provided),
    row("aws:SourceVpcArn", Arn, Connection, All, not_provided),
    row("aws:SourceVpce", String, Connection, All, not_provided),
    row("aws:TagKeys", Strings, Request, These(TAG_KEYS), values::tag_keys),
    row("aws:TokenIssueTime", Date, Caller, All, values::of_temporary_credentials),
    row("aws:UserAgent", String, Connection, All, not_provided),
    row("aws:userid", String, Caller, All, values::user_id),
    row("aws:username", String, Caller, All, values::user_name),
    row("aws:ViaAWSMCPService", Bool, Connection, All, not_provided),
    row("aws:ViaAWSService", Bool, Connection, All, values::is_via_service),
    row("aws:ViaCustomerDomain", String, Connection, All, not_provided),
    row("aws:VpceAccount", String, Connection, All, not_provided),
    row("aws:VpceOrgID", String, Connection, All, not_provided),
    row("aws:VpceOrgPaths", Strings, Connection, All, not_provided),
    row("aws:VpcSourceIp", IpAddress, Connection, All, not_provided),
    row("codebuild:BuildArn", Arn, Caller, All, not_provided),
    row("codebuild:ProjectArn", Arn, Caller, All, not_provided),
    row("ec2:RoleDelivery", Numeric, Caller, All, not_provided),
    row("ec2:SourceInstanceARN", Arn, Caller, All, not_provided),
    row("glue:CredentialIssuingService", String, Caller, All, not_provided),
    row("glue:RoleAssumedBy", String, Caller, All, not_provided),
    row("identitystore:UserId", String, Caller, All, not_provided),
    row("kms:BypassPolicyLockoutSafetyCheck", Bool, Request, These(&[Action::CreateKey, Action::PutKeyPolicy]), values::bypass),
    row("kms:CallerAccount", String, Caller, OnKeysAndStores, values::account),
    row("kms:CustomerMasterKeySpec", String, Key, OnKeysAndNewKeys, values::key_spec),
    row("kms:CustomerMasterKeyUsage", String, Key, OnKeysAndNewKeys, values::key_usage),
    row("kms:DataKeyPairSpec", String, Request, These(DATA_KEY_PAIRS), values::data_key_pair_spec),
    row("kms:EncryptionAlgorithm", String, Request, These(CONTEXT), values::encryption_algorithm),
    row("kms:EncryptionContext:", String, Request, These(CONTEXT_AND_GRANTS), values::encryption_context),
    row("kms:EncryptionContextKeys", Strings, Request, These(CONTEXT_AND_GRANTS), values::encryption_context_keys),
    row("kms:ExpirationModel", String, Request, These(&[Action::ImportKeyMaterial]), values::expiration_model),
    row("kms:GrantConstraintSourceArn", Arn, Request, These(&[Action::CreateGrant]), values::grant_source_arn),
    row("kms:GrantConstraintType", String, Request, These(&[Action::CreateGrant, Action::RetireGrant]), values::grant_constraint_type),
    row("kms:GranteePrincipal", Arn, Request, These(&[Action::CreateGrant]), values::grantee_principal),
    row("kms:GranteeServicePrincipal", String, Request, These(&[Action::CreateGrant]), values::grantee_service_principal),
    row("kms:GrantIsForAWSResource", Bool, Connection, These(&[Action::CreateGrant, Action::ListGrants, Action::RevokeGrant]), values::is_for_service),
    row("kms:GrantOperations", Strings, Request, These(&[Action::CreateGrant]), values::grant_operations),
    row("kms:KeyAgreementAlgorithm", String, Request, These(&[Action::DeriveSharedSecret]), not_provided),
    row("kms:KeyOrigin", String, Key, OnKeysAndNewKeys, values::key_origin),
    row("kms:KeySpec", String, Key, OnKeysAndNewKeys, values::key_spec),
    row("kms:KeyUsage", String, Key, OnKeysAndNewKeys, values::key_usage),
    row("kms:MacAlgorithm", String, Request, These(&[Action::GenerateMac, Action::VerifyMac]), not_provided),
    row("kms:MessageType", String, Request, These(SIGNING), not_provided),
    row("kms:MultiRegion", Bool, Key, OnKeysAndNewKeys, values::multi_region),
    row("kms:MultiRegionKeyType", String, Key, OnKeysAndNewKeys, values::multi_region_key_type),
    row("kms:PrimaryRegion", String, Request, These(&[Action::UpdatePrimaryRegion]), values::primary_region),
    row("kms:RecipientAttestation:", String, Request, These(ATTESTED), not_provided),
    row("kms:ReEncryptOnSameKey", Bool, Request, These(RE_ENCRYPT), values::re_encrypt_on_same_key),
    row("kms:ReplicaRegion", String, Request, These(&[Action::ReplicateKey]), values::replica_region),
    row("kms:RequestAlias", String, Request, These(BY_ALIAS), values::request_alias),
    row("kms:ResourceAliases", Strings, Key, OnKeys, values::resource_aliases),
    row("kms:RetiringPrincipal", Arn, Request, These(&[Action::CreateGrant]), values::retiring_principal),
    row("kms:RetiringServicePrincipal", String, Request, These(&[Action::CreateGrant]), values::retiring_service_principal),
    row("kms:RotationPeriodInDays", Numeric, Request, These(&[Action::EnableKeyRotation]), values::rotation_period),
    row("kms:ScheduleKeyDeletionPendingWindowInDays", Numeric, Request, These(&[Action::ScheduleKeyDeletion]), values::pending_window),
    row("kms:SigningAlgorithm", String, Request, These(SIGNING), not_provided),
    row("kms:TrailingDaysWithoutKeyUsage", Numeric, Key, These(&[Action::DisableKey, Action::ScheduleKeyDeletion]), values::trailing_days),
    row("kms:ValidTo", Date, Request, These(&[Action::ImportKeyMaterial]), values::valid_to),
    row("kms:ViaService", String, Connection, All, absent),
    row("kms:WrappingAlgorithm", String, Request, These(&[Action::GetParametersForImport]), values::wrapping_algorithm),
    row("kms:WrappingKeySpec", String, Request, These(&[Action::GetParametersForImport]), values::wrapping_key_spec),
    row("lambda:SourceFunctionArn", Arn, Caller, All, not_provided),
    row("ssm:SourceInstanceArn", Arn, Caller, All, not_provided),
];

const ATTESTED: &[Action] = &[
    Action::Decrypt,
    Action::DeriveSharedSecret,
    Action::GenerateDataKey,
    Action::GenerateDataKeyPair,
    Action::GenerateRandom,
];

const BY_ALIAS: &[Action] = &[
    Action::Decrypt,
    Action::DeriveSharedSecret,
    Action::DescribeKey,
    Action::Encrypt,
    Action::GenerateDataKey,
    Action::GenerateDataKeyPair,
    Action::GenerateDataKeyPairWithoutPlaintext,
    Action::GenerateDataKeyWithoutPlaintext,
    Action::GenerateMac,
    Action::GetPublicKey,
    Action::ReEncryptFrom,
    Action::ReEncryptTo,
    Action::Sign,
    Action::Verify,
    Action::VerifyMac,
];

const CONTEXT: &[Action] = &[
    Action::Decrypt,
    Action::Encrypt,
    Action::GenerateDataKey,
    Action::GenerateDataKeyPair,
    Action::GenerateDataKeyPairWithoutPlaintext,
    Action::GenerateDataKeyWithoutPlaintext,
    Action::ReEncryptFrom,
    Action::ReEncryptTo,
];

const CONTEXT_AND_GRANTS: &[Action] = &[
    Action::CreateGrant,
    Action::Decrypt,
    Action::Encrypt,
    Action::GenerateDataKey,
    Action::GenerateDataKeyPair,
    Action::GenerateDataKeyPairWithoutPlaintext,
    Action::GenerateDataKeyWithoutPlaintext,
    Action::ReEncryptFrom,
    Action::ReEncryptTo,
    Action::RetireGrant,
];

const DATA_KEY_PAIRS: &[Action] = &[
    Action::GenerateDataKeyPair,
    Action::GenerateDataKeyPairWithoutPlaintext,
];

const RE_ENCRYPT: &[Action] = &[Action::ReEncryptFrom, Action::ReEncryptTo];

const SIGNING: &[Action] = &[Action::Sign, Action::Verify];

const TAGGING: &[Action] = &[Action::CreateKey, Action::TagResource];

const TAG_KEYS: &[Action] = &[
    Action::CreateKey,
    Action::TagResource,
    Action::UntagResource,
];

const fn row(
    name: &'static str,
    value_type: ValueType,
    source: ValueSource,
    actions: Actions,
    value: Value,
) -> ConditionKey {
    ConditionKey {
        name,
        value_type,
        source,
        actions,
        value,
    }
}
