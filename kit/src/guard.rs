//! What a run may change: nothing but what it made.

use serde_json::{Map, Value};

use crate::ledger::{Facts, Ledger};

/// The operations that change nothing, or only make something new.
const HARMLESS: [&str; 26] = [
    "CreateAlias",
    "CreateKey",
    "Decrypt",
    "DescribeCustomKeyStores",
    "DescribeKey",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GenerateRandom",
    "GetKeyLastUsage",
    "GetKeyPolicy",
    "GetKeyRotationStatus",
    "GetParametersForImport",
    "GetPublicKey",
    "ListAliases",
    "ListGrants",
    "ListKeyPolicies",
    "ListKeyRotations",
    "ListKeys",
    "ListResourceTags",
    "ListRetirableGrants",
    "ReEncrypt",
    "Sign",
];

/// Whether an operation may change what exists.
pub(crate) fn changes(operation: &str) -> bool {
    !HARMLESS.contains(&operation)
}

/// Refuses a call that would change what the run did not make.
///
/// # Errors
///
/// The member that names something else.
pub(crate) fn check(
    operation: &str,
    request: Option<&Map<String, Value>>,
    ledger: &Ledger,
    facts: &Facts,
) -> Result<(), String> {
    if !changes(operation) {
        return Ok(());
    }
    let Some(request) = request else {
        return Err(format!(
            "{operation} with a body of its own could change anything"
        ));
    };
    for member in ["KeyId", "TargetKeyId", "AliasName"] {
        let Some(name) = request.get(member).and_then(Value::as_str) else {
            continue;
        };
        if !is_ours(name, ledger, facts) {
            return Err(format!(
                "{operation} of {name}, which this run did not make"
            ));
        }
    }
    Ok(())
}

/// Whether a name belongs to something that the run made, or to nothing that can exist.
fn is_ours(name: &str, ledger: &Ledger, facts: &Facts) -> bool {
    let resource = name.rsplit_once(':').map_or(name, |(_, resource)| resource);
    if let Some(alias) = resource.strip_prefix("alias/") {
        return alias.starts_with(&alias_prefix(facts));
    }
    let id = resource.strip_prefix("key/").unwrap_or(resource);
    if !is_key_id(id) {
        return true;
    }
    let id = id.to_ascii_lowercase();
    [&facts.nowhere, &facts.nowhere_mrk].contains(&&id)
        || ledger
            .keys
            .iter()
            .any(|key| key.arn.ends_with(&format!(":key/{id}")))
}

/// What the names of the aliases of a run begin with, after `alias/`.
pub(crate) fn alias_prefix(facts: &Facts) -> String {
    format!("kms-kit-{}", facts.run)
}

/// A UUID, or the id of a multi-Region key. Some servers have other ids, but no key of AWS has one.
pub(crate) fn is_key_id(text: &str) -> bool {
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some(digits) = text.strip_prefix("mrk-") {
        return digits.len() == 32 && is_hex(digits);
    }
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12] && groups.iter().all(|group| is_hex(group))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::check;
    use crate::case::Principal;
    use crate::ledger::{Facts, Ledger, MadeKey};

    const OURS: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
    const THEIRS: &str = "0987dcba-09fe-87dc-65ba-ab0987654321";

    fn is_allowed(operation: &str, request: &Value) -> bool {
        let facts = Facts::new("111122223333", "us-east-1", "us-west-2", "0a1b2c3d");
        let ledger = Ledger {
            keys: vec![MadeKey {
                arn: format!("arn:aws:kms:us-east-1:111122223333:key/{OURS}"),
                region: "us-east-1".to_owned(),
                principal: Principal::Owner,
            }],
            aliases: Vec::new(),
        };
        check(operation, request.as_object(), &ledger, &facts).is_ok()
    }

    #[test]
    fn what_a_run_made_it_may_change() {
        for name in [
            OURS.to_owned(),
            OURS.to_uppercase(),
            format!("arn:aws:kms:us-east-1:111122223333:key/{OURS}"),
            "foo".to_owned(),
            String::new(),
        ] {
            assert!(
                is_allowed("ScheduleKeyDeletion", &json!({"KeyId": name})),
                "{name}"
            );
        }
        assert!(is_allowed(
            "DeleteAlias",
            &json!({"AliasName": "alias/kms-kit-0a1b2c3d-x"})
        ));
    }

    #[test]
    fn what_it_did_not_make_it_leaves_alone() {
        for name in [
            THEIRS.to_owned(),
            format!("arn:aws:kms:us-east-1:111122223333:key/{THEIRS}"),
            format!("arn:aws:kms:eu-west-1:444455556666:key/{THEIRS}"),
            "mrk-1234abcd12ab34cd56ef1234567890ab".to_owned(),
            "alias/production".to_owned(),
            "arn:aws:kms:us-east-1:111122223333:alias/production".to_owned(),
        ] {
            let request = json!({"KeyId": name});
            for operation in ["DisableKey", "PutKeyPolicy", "CreateGrant", "AnythingNew"] {
                assert!(!is_allowed(operation, &request), "{operation} {name}");
            }
            assert!(is_allowed("DescribeKey", &request), "{name}");
        }
        assert!(!is_allowed(
            "DeleteAlias",
            &json!({"AliasName": "alias/kms-kit-99999999-x"})
        ));
        assert!(!is_allowed(
            "UpdateAlias",
            &json!({"AliasName": "alias/kms-kit-0a1b2c3d-x", "TargetKeyId": THEIRS})
        ));
        assert!(!is_allowed("DisableKey", &Value::Null));
    }
}
