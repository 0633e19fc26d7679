//! AES-256-GCM under derived keys: the material, and the comparison of tags.

use kms_reencrypt::primitives::SymmetricMaterial;
use kms_reencrypt::provider::MessageNonces;

use super::{Check, Expected, Place};
use crate::{memcheck, twins};

const KEY_ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
const MATERIAL: [u8; 32] = [0x5a; 32];
const MESSAGE: [u8; 40] = [7; 40];

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "symmetric-sealed",
        run: sealed,
        expected: Expected::Only(&[]),
    },
    Check {
        name: "symmetric-accepted",
        run: accepted,
        expected: Expected::Only(&[VERDICT]),
    },
    Check {
        name: "symmetric-refused",
        run: refused,
        expected: Expected::Only(&[VERDICT]),
    },
    Check {
        name: "symmetric-tag-twin",
        run: || {
            let mut tag = vec![1; 16];
            memcheck::hide(&mut tag);
            twins::comparison(&tag, &[1; 16]);
        },
        expected: Expected::Caught,
    },
];

const VERDICT: &[Place] = &[
    Place::verdict("src/primitives/gcm.rs", "if !bool::from(is_authentic) {"),
    Place::verdict(
        "src/primitives/symmetric.rs",
        ".ok_or(KeyActionError::Rejected)",
    ),
];

fn nonces() -> MessageNonces {
    MessageNonces::from_bytes(&[3; 28])
}

/// A material whose bytes are hidden. Its id is derived from them, and public.
fn hidden() -> std::sync::Arc<SymmetricMaterial> {
    let mut bytes = Box::new(MATERIAL);
    memcheck::hide(&mut *bytes);
    let material = SymmetricMaterial::new(&KEY_ID.parse().expect("an id"), &bytes);
    memcheck::publish_value(material.id());
    material
}

fn sealed() {
    let (material, mut message) = (hidden(), MESSAGE);
    memcheck::hide(&mut message);
    let tag = material.seal(&nonces(), b"context", &mut message);
    let tag = tag.expect("sealed");
    assert!(memcheck::are_hidden(&message) && memcheck::are_hidden(&tag));
}

/// The message under the same material, of which nothing is hidden.
fn message_and_tag() -> ([u8; 40], [u8; 16]) {
    let material = SymmetricMaterial::new(&KEY_ID.parse().expect("an id"), &MATERIAL);
    let mut message = MESSAGE;
    let tag = material.seal(&nonces(), b"context", &mut message);
    (message, tag.expect("sealed"))
}

fn accepted() {
    let (mut message, tag) = message_and_tag();
    let opened = hidden().open(&nonces(), b"context", &mut message, &tag);
    memcheck::publish_value(&opened);
    opened.expect("authentic");
    assert!(memcheck::are_hidden(&message));
    memcheck::publish(&message);
    assert_eq!(message, MESSAGE);
}

fn refused() {
    let (message, tag) = message_and_tag();
    for octet in [0, 7, 15] {
        let (mut message, mut tag) = (message, tag);
        tag[octet] ^= 1;
        let opened = hidden().open(&nonces(), b"context", &mut message, &tag);
        memcheck::publish_value(&opened);
        assert!(opened.is_err());
    }
}
