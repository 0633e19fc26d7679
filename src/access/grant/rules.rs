//! What `CreateGrant` refuses of a grant's operations and constraints.

use crate::error::ValidationError;
use crate::key::{KeyMetadata, KeySpec};

use super::{GrantConstraint, GrantOperation};

/// The maximum number of pairs in a constraint (API page of `GrantConstraints`).
const PAIRS_MAX: usize = 8;

/// The maximum length of a value in a constraint, in characters (API page of `GrantConstraints`).
const VALUE_MAX: usize = 384;

/// Refuses operations that a grant for a key cannot have.
pub(super) fn refuse_operations(
    operations: &[GrantOperation],
    key: &KeyMetadata,
) -> Result<(), ValidationError> {
    if operations.is_empty() {
        return Err(ValidationError::Other(
            "A grant needs at least one operation.".into(),
        ));
    }
    if let Some(operation) = operations.iter().find(|o| !o.is_for(key)) {
        let spec = key.key_spec();
        let usage = key.key_usage();
        return Err(ValidationError::Other(
            format!(
                "The grant operation {operation} is not supported by keys of key spec {spec} and key usage {usage}."
            )
            .into(),
        ));
    }
    let only_creates = |operation: &GrantOperation| *operation == GrantOperation::CreateGrant;
    if operations.iter().all(only_creates) {
        return Err(ValidationError::GrantOfCreateGrantOnly);
    }
    Ok(())
}

/// Refuses constraints that a grant for a key cannot have.
pub(super) fn refuse_constraints(
    constraints: &[GrantConstraint],
    key: &KeyMetadata,
) -> Result<(), ValidationError> {
    let constraint = match constraints {
        [] => return Ok(()),
        [constraint] => constraint,
        _ => return Err(ValidationError::GrantConstraints),
    };
    let problem = if key.key_spec() != KeySpec::SymmetricDefault {
        "Grant constraints are supported by symmetric encryption keys only."
    } else if constraint.encryption_context().iter().count() > PAIRS_MAX {
        "A grant constraint has at most 8 encryption context pairs."
    } else if constraint
        .encryption_context()
        .iter()
        .any(|(_, value)| value.chars().count() > VALUE_MAX)
    {
        "A value in a grant constraint has at most 384 characters."
    } else {
        return Ok(());
    };
    Err(ValidationError::Other(problem.into()))
}
