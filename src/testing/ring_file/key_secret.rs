//! Restores the secret of a key from its members in the document and its bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::key::{KeyMetadata, KeyOrigin, KeySpec, KeyUsage};
use crate::keyring::data::{MaterialData, SecretData};
use crate::keyring::{KeyMaterialState, ON_DEMAND_ROTATIONS_MAX, Rotated, RotationType};
use crate::primitives::private_key::is_public_key;
use crate::secret::boxed;

use super::document::{KeyDocument, MaterialDocument};
use super::error::RingFileError;
use super::members::{bounded, parse, parse_optional, parse_or, time};
use super::secret::SecretBytes;

/// The secret of a key, from its members in the document and its bytes.
pub(super) fn secret(
    document: &KeyDocument,
    metadata: &KeyMetadata,
    bytes: SecretBytes,
) -> Result<SecretData, RingFileError> {
    if metadata.key_spec() != KeySpec::SymmetricDefault {
        let member = [
            ("KeyMaterials", !document.key_materials.is_empty()),
            ("OnDemandRotations", document.on_demand_rotations > 0),
        ];
        if let Some((member, _)) = member.iter().find(|(_, given)| *given) {
            return Err(RingFileError::new(
                *member,
                "only a symmetric encryption key has it",
            ));
        }
        return match &document.key_material_id {
            Some(id) => mac(document, metadata, (id, &bytes)),
            None => private_key(document, metadata, bytes),
        };
    }
    for (member, given) in [
        ("KeyMaterialId", document.key_material_id.is_some()),
        ("PublicKey", document.public_key.is_some()),
        ("ValidTo", document.valid_to.is_some()),
    ] {
        if given {
            let reason = "only an asymmetric or HMAC key with imported material has it";
            return Err(RingFileError::new(member, reason));
        }
    }
    bounded(
        "OnDemandRotations",
        document.on_demand_rotations,
        0..=ON_DEMAND_ROTATIONS_MAX,
    )?;
    let mut rest = bytes.as_slice();
    let mut materials = Vec::new();
    for (at, document) in document.key_materials.iter().enumerate() {
        let place = format!("KeyMaterials[{at}]");
        let bytes = if document.absent {
            None
        } else {
            let (bytes, behind) = rest
                .split_first_chunk()
                .ok_or_else(|| RingFileError::new(&place, "its 32 bytes are missing"))?;
            rest = behind;
            Some(boxed(bytes))
        };
        let default = if at == 0 {
            KeyMaterialState::Current
        } else {
            KeyMaterialState::PendingRotation
        };
        let material = material(document, default, bytes).map_err(|error| error.within(&place))?;
        materials.push(material);
    }
    if !rest.is_empty() {
        let reason = "only an RSA or SM2 key has it";
        return Err(RingFileError::new("PrivateKey", reason));
    }
    Ok(SecretData::Symmetric {
        materials,
        on_demand_rotations: document.on_demand_rotations,
    })
}

/// Which material was imported into an HMAC key, and whether it is there.
fn mac(
    document: &KeyDocument,
    metadata: &KeyMetadata,
    (id, bytes): (&str, &SecretBytes),
) -> Result<SecretData, RingFileError> {
    if metadata.origin() != KeyOrigin::External
        || metadata.key_usage() != KeyUsage::GenerateVerifyMac
    {
        let reason = "only an HMAC key with imported material has it";
        return Err(RingFileError::new("KeyMaterialId", reason));
    }
    let present = !document.no_key_material;
    let valid_to = time("ValidTo", &document.valid_to)?;
    let member = [
        ("PrivateKey", !bytes.is_empty()),
        ("PublicKey", document.public_key.is_some()),
        ("ValidTo", !present && valid_to.is_some()),
    ];
    if let Some((member, _)) = member.iter().find(|(_, given)| *given) {
        let reason = "an HMAC key has none, or its material is not there";
        return Err(RingFileError::new(*member, reason));
    }
    Ok(SecretData::Mac {
        id: parse("KeyMaterialId", id)?,
        present,
        valid_to,
    })
}

/// The private key of an asymmetric key, or the public key that remains of it.
fn private_key(
    document: &KeyDocument,
    metadata: &KeyMetadata,
    bytes: SecretBytes,
) -> Result<SecretData, RingFileError> {
    let external = metadata.origin() == KeyOrigin::External;
    let valid_to = time("ValidTo", &document.valid_to)?;
    if valid_to.is_some() && (!external || bytes.is_empty()) {
        let reason = "only a private key that was imported has it";
        return Err(RingFileError::new("ValidTo", reason));
    }
    let Some(public_key) = &document.public_key else {
        return Ok(if bytes.is_empty() {
            SecretData::None
        } else {
            let der = bytes;
            SecretData::Pkcs8 { der, valid_to }
        });
    };
    if !external || !bytes.is_empty() {
        let reason = "only a key has it whose imported private key is not there";
        return Err(RingFileError::new("PublicKey", reason));
    }
    let decoded = STANDARD.decode(public_key).ok();
    decoded
        .filter(|der| is_public_key(der))
        .map(SecretData::PublicKey)
        .ok_or_else(|| {
            let reason = "it takes the DER of a SubjectPublicKeyInfo in base64";
            RingFileError::new("PublicKey", reason)
        })
}

fn material(
    document: &MaterialDocument,
    default: KeyMaterialState,
    bytes: Option<Box<Zeroizing<[u8; 32]>>>,
) -> Result<MaterialData, RingFileError> {
    let date = time("RotationDate", &document.rotation_date)?;
    let by = parse_optional("RotationType", &document.rotation_type)?;
    let rotated = document.rotated || date.is_some() || by.is_some();
    Ok(MaterialData {
        id: parse_optional("KeyMaterialId", &document.key_material_id)?,
        bytes,
        state: parse_or("KeyMaterialState", &document.key_material_state, default)?,
        rotated: rotated.then_some(Rotated {
            date,
            by: by.unwrap_or(RotationType::OnDemand),
        }),
        valid_to: time("ValidTo", &document.valid_to)?,
        description: document.key_material_description.clone(),
    })
}
