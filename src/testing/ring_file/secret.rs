//! The secret of a key in a file that is not sealed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::key::{KeyOrigin, KeySpec, KeyUsage};
use crate::primitives::MATERIAL_LEN;
use crate::primitives::private_key::der_of_pem;
use crate::testing::insecure_key::{SYMMETRIC_MATERIAL, insecure_private_key_pem};

use super::document::{KeyDocument, MaterialDocument};
use super::error::RingFileError;

/// The secret of a key: the concatenation of the materials that are present, or PKCS#8 in DER.
pub(super) type SecretBytes = Zeroizing<Vec<u8>>;

/// Takes the secret of a key out of its document, or the insecure secret if the document has none.
pub(super) fn take(key: &mut KeyDocument) -> Result<SecretBytes, RingFileError> {
    if let Some(text) = key.private_key.take().map(Zeroizing::new) {
        return private_key(&text).map_err(|reason| RingFileError::new("PrivateKey", reason));
    }
    let is = |text: &Option<String>, value| text.as_deref().is_none_or(|text| text == value);
    let insecure = !key.no_key_material
        && key.origin.as_deref() != Some(KeyOrigin::External.as_str())
        && is(&key.key_usage, KeyUsage::EncryptDecrypt.as_str());
    let symmetric = is(&key.key_spec, KeySpec::SymmetricDefault.as_str());
    if !symmetric {
        let pem = key
            .key_spec
            .as_deref()
            .and_then(|spec| spec.parse().ok())
            .and_then(insecure_private_key_pem);
        return match pem.filter(|_| insecure) {
            Some(pem) => private_key(pem).map_err(|reason| RingFileError::new("KeySpec", reason)),
            None => Ok(SecretBytes::default()),
        };
    }
    if insecure && key.key_materials.is_empty() {
        key.key_materials.push(MaterialDocument::default());
        return Ok(SecretBytes::new(SYMMETRIC_MATERIAL.to_vec()));
    }
    materials(key)
}

/// Writes the secret of a key where [`take`] finds it.
#[cfg(feature = "snapshot")]
pub(super) fn put(key: &mut KeyDocument, secret: &SecretBytes) {
    if key.key_materials.is_empty() {
        if !secret.is_empty() {
            key.private_key = Some(STANDARD.encode(secret));
        }
        return;
    }
    let present = key.key_materials.iter_mut().filter(|one| !one.absent);
    for (document, bytes) in present.zip(secret.chunks(MATERIAL_LEN)) {
        document.key_material = Some(STANDARD.encode(bytes));
    }
}

fn materials(key: &mut KeyDocument) -> Result<SecretBytes, RingFileError> {
    // Allocated in its full size, since growing would leave copies behind.
    let len = MATERIAL_LEN.saturating_mul(key.key_materials.len());
    let mut bytes = SecretBytes::new(Vec::with_capacity(len));
    for (at, material) in key.key_materials.iter_mut().enumerate() {
        let refused = |reason| {
            let place = format!("KeyMaterials[{at}].KeyMaterial");
            Err(RingFileError::new(place, reason))
        };
        let text = material.key_material.take().map(Zeroizing::new);
        match (text, material.absent) {
            (None, true) => {}
            (Some(_), true) => return refused("it must be left out where Absent is true"),
            (None, false) => return refused("it is missing, and Absent is not true"),
            (Some(text), false) => match decode(&text) {
                Some(decoded) if decoded.len() == MATERIAL_LEN => bytes.extend_from_slice(&decoded),
                _ => return refused("it takes 32 bytes in base64"),
            },
        }
    }
    Ok(bytes)
}

fn private_key(text: &str) -> Result<SecretBytes, &'static str> {
    const REFUSAL: &str = "it takes PKCS#8, as PEM or as DER in base64";
    if !text.trim_start().starts_with("-----BEGIN") {
        return decode(text).ok_or(REFUSAL);
    }
    der_of_pem(text)
        .map(|der| der.to_bytes())
        .map_err(|_| REFUSAL)
}

/// Decodes base64. Bytes that were decoded before a fault are wiped as well.
fn decode(text: &str) -> Option<SecretBytes> {
    // A little larger than needed, so that the decoder does not let it grow.
    let mut bytes = SecretBytes::new(Vec::with_capacity(text.len().saturating_add(4)));
    STANDARD.decode_vec(text, &mut bytes).ok()?;
    Some(bytes)
}
