//! The orders, and the uses that violate them.

use std::collections::BTreeMap;

use crate::sources::{Module, Sources};

/// Rows of modules. Each may use those of earlier rows; those of one row do not use each other. `mod` is what the folder's
/// own file defines.
pub(crate) type Order = &'static [&'static [&'static str]];

/// How many files a folder may have before it needs an order.
const FILES_WITHOUT_ORDER: usize = 5;

/// The order of each folder, the crate itself first.
pub(crate) const ORDERS: &[(&str, Order)] = &[
    (
        "",
        &[
            &["documentation", "hex", "secret"],
            &["json", "random"],
            &["key"],
            &["operation"],
            &["context"],
            &["iam"],
            &["error"],
            &["constraints"],
            &["access"],
            &["key_states"],
            &["provider"],
            &["resolve"],
            &["primitives"],
            &["keyring"],
            &["control"],
            &["blob"],
            &["engine"],
            &["setters"],
            &[
                "decrypt",
                "describe_key",
                "encrypt",
                "generate_data_key",
                "generate_data_key_pair",
                "get_public_key",
                "re_encrypt",
            ],
            &["observe"],
            &["kms"],
            &["wire"],
            &["aws_sdk"],
            &["testing"],
        ],
    ),
    (
        "access",
        &[
            &["action", "caller", "policy", "resource_controls"],
            &["grant", "permission", "policy_json"],
            &["grants"],
            &["parameters", "resource"],
            &["request"],
            &["condition_key", "grant_check"],
            &["decision", "policy_rules"],
            &["explanation"],
        ],
    ),
    (
        "access/condition_key",
        &[&["key", "values"], &["table"], &["index"], &["mod"]],
    ),
    (
        "access/grant",
        &[
            &["constraint", "operation", "principal"],
            &["grantee_key", "mod", "rules"],
            &["terms"],
            &["builder"],
        ],
    ),
    (
        "blob",
        &[
            &["layout", "reader"],
            &["content", "prefix"],
            &["der"],
            &["envelope", "frame"],
            &["inspect"],
        ],
    ),
    (
        "control",
        &[
            &["provider_first"],
            &["mod"],
            &["model"],
            &["page"],
            &["custom_key_stores"],
            &[
                "aliases",
                "create",
                "grants",
                "import",
                "keys",
                "policies",
                "primary_region",
                "random",
                "replicate",
                "retirable_grants",
                "rotation",
                "tags",
            ],
        ],
    ),
    (
        "engine",
        &[
            &["aad", "refusal", "trail"],
            &["session"],
            &["authorize"],
            &["look_up", "usable"],
            &["open", "seal"],
        ],
    ),
    (
        "error",
        &[
            &[
                "access_denied",
                "detail",
                "infrastructure",
                "protocol",
                "validation",
            ],
            &["kms_error"],
            &["key_policy"],
        ],
    ),
    (
        "json",
        &[&["value"], &["element", "parser"], &["string"], &["parse"]],
    ),
    (
        "key",
        &[
            &["serde_text"],
            &["inline", "material", "spec"],
            &["id", "place"],
            &["arn"],
            &["identifier", "metadata"],
            &["algorithms"],
        ],
    ),
    (
        "iam",
        &[
            &["effect", "number", "date", "operator", "principal_arn"],
            &["requester"],
            &["matching"],
            &["principal"],
            &["principals"],
            &["context"],
            &["evaluation"],
            &["actions", "glob"],
            &["template"],
            &["arn_pattern"],
            &["operand", "resources"],
            &["condition"],
            &["statement"],
            &["policy"],
            &["document", "layers"],
            &["decision"],
            &["explanation"],
        ],
    ),
    (
        "iam/document",
        &[
            &["error"],
            &["element"],
            &["principals"],
            &["read", "write"],
            &["mod"],
        ],
    ),
    (
        "keyring",
        &[
            &[
                "alias",
                "clock",
                "deferred_pair",
                "map",
                "materials",
                "rotation_schedule",
                "sync",
                "tag_rules",
                "wrapping",
            ],
            &["import_token", "imported_mac", "imported_pair"],
            &["grant_set", "grant_tokens", "key_index", "store"],
            &["key"],
            &["key_state", "snapshot"],
            &["related_keys"],
            &["due_rotations"],
            &["advance"],
            &["ring"],
            &[
                "aliases",
                "automatic_rotation",
                "create",
                "generate_random",
                "grants",
                "imported_material",
                "key_last_usage",
                "lifecycle",
                "multi_region",
                "ring_provider",
                "ring_view",
                "rotation",
                "tags",
            ],
            &["aws_managed", "consistency", "import_parameters"],
            &["data"],
        ],
    ),
    (
        "primitives",
        &[
            &[
                "draws",
                "failure",
                "gcm",
                "key_wrap",
                "message_key",
                "oaep",
                "private_key",
                "rsa_public",
                "sm2_der",
            ],
            &["asymmetric", "oaep_hash", "symmetric"],
            &["curve_key", "ed25519_key", "rsa_key"],
            &["signing_curves", "sm2_key"],
            &["key_pair", "rsa_oaep", "sm2_pke"],
        ],
    ),
    (
        "testing",
        &[
            &[
                "bounded_file",
                "conformance",
                "insecure_key",
                "seeded_random",
                "timestamp",
            ],
            &["turns"],
            &[
                "faults",
                "principals_file",
                "recorder",
                "ring_file",
                "transport",
            ],
            &["faults_file", "strategies"],
        ],
    ),
    (
        "testing/conformance",
        &[
            &["crafted", "report"],
            &["asymmetric", "foreign", "symmetric"],
            &["key"],
            &["provider"],
        ],
    ),
    (
        "testing/ring_file",
        &[
            &["atomic", "cost", "document", "error"],
            &["bounds", "members"],
            &["mod", "parse", "secret"],
            &["key_secret", "seal", "write"],
            &["read"],
            &["protection", "seed"],
            &["snapshot"],
        ],
    ),
    (
        "testing/strategies",
        &[&["access", "names", "sealed", "values"], &["ring"]],
    ),
    (
        "wire",
        &[
            &["base64", "credential", "plain", "request_id"],
            &["members", "object"],
            &["describe", "failure", "pages"],
            &["recipient", "rotation"],
            &["control", "cryptographic", "response"],
            &["control_call"],
            &["service"],
        ],
    ),
];

/// Two sides of the crate that know nothing of each other: cryptographic operations over the keys of any provider, and the
/// ring, which is one provider.
pub(crate) const SIDES: [&[&str]; 2] = [
    &[
        "blob",
        "engine",
        "setters",
        "decrypt",
        "describe_key",
        "encrypt",
        "generate_data_key",
        "get_public_key",
        "re_encrypt",
        "observe",
        "kms",
    ],
    &["primitives", "keyring", "control"],
];

/// Every use that breaks an order.
pub(crate) fn violations(sources: &Sources, orders: &[(&str, Order)]) -> Vec<String> {
    let mut violations = Vec::new();
    for (module, used) in sources.uses() {
        for used in used {
            let (folder, name, used_name) = seen_from_common_folder(module, &used);
            let order = orders.iter().find(|(path, _)| *path == folder);
            if order.is_some_and(|(_, order)| !may_use(order, name, used_name)) {
                let (module, used) = (module.join("/"), used.join("/"));
                violations.push(format!("{module} uses {used}"));
            }
        }
    }
    violations
}

/// Every folder that has many files and no order, and everything that stands in no row of its folder's order, or in a row
/// without being there.
pub(crate) fn gaps(sources: &Sources, orders: &[(&str, Order)]) -> Vec<String> {
    let mut folders: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for module in sources.modules() {
        if let [folder @ .., name] = module.as_slice() {
            folders.entry(folder.join("/")).or_default().push(name);
        }
    }
    let mut gaps = Vec::new();
    for (folder, names) in &folders {
        let Some((_, order)) = orders.iter().find(|(path, _)| path == folder) else {
            // One more: the folder's own file.
            if names.len() + 1 > FILES_WITHOUT_ORDER {
                gaps.push(format!("{folder} has no order"));
            }
            continue;
        };
        let absent = names.iter().filter(|name| rank(order, name).is_none());
        gaps.extend(absent.map(|name| format!("{folder}/{name} is in no row")));
        let rows = order.iter().flat_map(|row| row.iter());
        let gone = rows.filter(|name| **name != "mod" && !names.contains(name));
        gaps.extend(gone.map(|name| format!("{folder}/{name} is not there")));
    }
    gaps
}

/// The folder in which both modules are, and what each of them is there.
fn seen_from_common_folder<'m>(module: &'m Module, used: &'m Module) -> (String, &'m str, &'m str) {
    let pairs = module.iter().zip(used);
    let depth = pairs.take_while(|(one, other)| one == other).count();
    let name = |module: &'m Module| module.get(depth).map_or("mod", String::as_str);
    (module[..depth].join("/"), name(module), name(used))
}

fn may_use(order: Order, name: &str, used: &str) -> bool {
    let side = |name| SIDES.iter().position(|side| side.contains(&name));
    let across = side(name)
        .zip(side(used))
        .is_some_and(|(one, other)| one != other);
    let ranks = rank(order, used).zip(rank(order, name));
    !across && ranks.is_some_and(|(used, own)| used < own)
}

fn rank(order: Order, name: &str) -> Option<usize> {
    order.iter().position(|row| row.contains(&name))
}
