//! [`UsableKey`]: proof that a key may act.

use core::ops::Deref;

use crate::access::{self, Action, Parameters};
use crate::context::EncryptionContext;
use crate::error::{InvalidKeyUsageError, KmsError, ValidationError};
use crate::key::{AliasName, DataKeyPairSpec, EncryptionAlgorithm, KeyMetadata, KeyUsage};
use crate::key_states;
use crate::provider::KeyRef;

use super::session::{NamedBy, Session};

/// What a request demands of a key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Demand<'a> {
    pub(super) action: Action,
    pub(super) algorithm: EncryptionAlgorithm,
    pub(super) context: &'a EncryptionContext,
    pub(super) alias: Option<&'a AliasName>,
    pub(super) named_by: NamedBy,
    pub(super) re_encrypt_on_same_key: Option<bool>,
    pub(super) data_key_pair_spec: Option<DataKeyPairSpec>,
}

/// A key that may do what the request demands, now and for this caller.
///
/// [`prove`](Self::prove) is the only constructor and does every check: code that holds a `UsableKey` cannot have
/// skipped one.
#[derive(Debug)]
pub(super) struct UsableKey<'v>(KeyRef<'v>);

impl<'v> UsableKey<'v> {
    /// Makes all checks, in the order in which the service refuses: authorization (GUESS 3), usage, state, algorithm
    /// (all three RECORDED\*), context.
    pub(super) fn prove(
        session: &Session<'_>,
        key: KeyRef<'v>,
        demand: &Demand<'_>,
    ) -> Result<Self, KmsError> {
        let metadata = key.metadata();
        authorize(session, &key, metadata, demand)?;
        usage(metadata, demand.action)?;
        key_states::require(demand.action, metadata)?;
        algorithm(metadata, demand)?;
        if demand.algorithm.is_asymmetric() && !demand.context.is_empty() {
            return Err(ValidationError::EncryptionContextNotSupported.into());
        }
        Ok(Self(key))
    }
}

impl<'v> Deref for UsableKey<'v> {
    type Target = KeyRef<'v>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

pub(super) fn authorize(
    session: &Session<'_>,
    key: &KeyRef<'_>,
    metadata: &KeyMetadata,
    demand: &Demand<'_>,
) -> Result<(), KmsError> {
    let (caller, policy) = (session.caller(), key.policy());
    if session.takes_shortcuts() && access::may_do_anything(caller, metadata, policy) {
        return Ok(());
    }
    let parameters = Parameters {
        encryption_algorithm: Some(demand.algorithm),
        encryption_context: Some(demand.context),
        re_encrypt_on_same_key: demand.re_encrypt_on_same_key,
        data_key_pair_spec: demand.data_key_pair_spec,
        request_alias: demand.alias,
        ..Parameters::default()
    };
    let asked = (demand.action, demand.named_by);
    super::authorize::authorize(session, (key, metadata), asked, parameters)
}

fn usage(metadata: &KeyMetadata, action: Action) -> Result<(), KmsError> {
    if metadata.key_usage() == KeyUsage::EncryptDecrypt {
        return Ok(());
    }
    Err(wrong_usage(metadata, action))
}

fn algorithm(metadata: &KeyMetadata, demand: &Demand<'_>) -> Result<(), KmsError> {
    let (algorithm, key_spec) = (demand.algorithm, metadata.key_spec());
    if key_spec.encryption_algorithms().contains(&algorithm) {
        return Ok(());
    }
    Err(KmsError::InvalidKeyUsage(match demand.action {
        Action::GenerateDataKey
        | Action::GenerateDataKeyPair
        | Action::GenerateDataKeyPairWithoutPlaintext
        | Action::GenerateDataKeyWithoutPlaintext => InvalidKeyUsageError::DataKey,
        _ => InvalidKeyUsageError::algorithm(algorithm, key_spec),
    }))
}

/// Out of line, like all refusals that copy an ARN: when inlined, the compiler hoists the copy above the check.
#[cold]
#[inline(never)]
fn wrong_usage(metadata: &KeyMetadata, action: Action) -> KmsError {
    KmsError::InvalidKeyUsage(InvalidKeyUsageError::usage(
        *metadata.arn(),
        metadata.key_usage(),
        action.name(),
    ))
}
