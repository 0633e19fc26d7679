//! KMS over keys of your own: `cargo run --example provider`.
//!
//! The keys in this example are secrets of 32 bytes, such as a secrets manager mounts. The provider finds the keys and
//! describes them, and leaves the cryptography to `kms_reencrypt::primitives`. The conformance suite checks it:
//! `cargo test --example provider --features testing`.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;

use kms_reencrypt::primitives::SymmetricMaterial;
use kms_reencrypt::provider::{
    KeyActionError, KeyProvider, KeyProviderError, KeyRef, KeyView, KmsKey, MessageNonces,
};
use kms_reencrypt::{
    AliasArn, EncryptRequest, KeyArn, KeyMaterialId, KeyMetadata, KeySpec, KeyUsage, Kms, Place,
    ReEncryptRequest, Region,
};

fn main() -> Result<(), Box<dyn Error>> {
    let old =
        "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab".parse()?;
    let new =
        "arn:aws:kms:us-east-2:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321".parse()?;
    let mut secrets = Secrets::new("us-east-2".parse()?)?;
    secrets.add(old, b"the secret of the old one, 32 B.");
    secrets.add(new, b"the secret of the new one, 32 B.");

    let kms = Kms::new(secrets);
    let encrypt = EncryptRequest::builder()
        .key_id(old)
        .plaintext("attack at dawn")
        .build()?;
    let blob = kms.encrypt(&encrypt)?.into_ciphertext_blob();
    let re_encrypt = ReEncryptRequest::builder()
        .ciphertext_blob(blob)
        .destination_key_id(new)
        .build()?;
    let answer = kms.re_encrypt(&re_encrypt)?;
    println!("from {}", answer.source_key_id());
    println!("to   {}", answer.key_id());
    println!("     {} bytes", answer.ciphertext_blob().len());
    Ok(())
}

/// A provider that never changes, and so is its own view.
#[derive(Debug)]
struct Secrets {
    home: Place,
    keys: HashMap<KeyArn, SecretKey>,
}

impl Secrets {
    fn new(region: Region) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            home: Place::new("111122223333".parse()?, region),
            keys: HashMap::new(),
        })
    }

    fn add(&mut self, arn: KeyArn, secret: &[u8; 32]) {
        self.keys.insert(arn, SecretKey::new(arn, secret));
    }
}

impl KeyProvider for Secrets {
    fn home(&self) -> Place {
        self.home
    }

    fn view(&self, visit: &mut dyn FnMut(&dyn KeyView)) -> Result<(), KeyProviderError> {
        visit(self);
        Ok(())
    }
}

impl KeyView for Secrets {
    fn key(&self, arn: &KeyArn) -> Result<KeyRef<'_>, KeyProviderError> {
        let key = self.keys.get(arn).ok_or(KeyProviderError::NotFound)?;
        Ok(KeyRef::Borrowed(key))
    }

    fn key_with_material(
        &self,
        place: &Place,
        id: &KeyMaterialId,
    ) -> Result<KeyRef<'_>, KeyProviderError> {
        self.keys
            .values()
            .find(|key| key.metadata.arn().region() == &place.region && key.has_material(id))
            .map(|key| KeyRef::Borrowed(key))
            .ok_or(KeyProviderError::NotFound)
    }

    fn alias_target(&self, _: &AliasArn) -> Result<KeyArn, KeyProviderError> {
        Err(KeyProviderError::NotFound)
    }
}

/// A symmetric key of one material.
#[derive(Debug)]
struct SecretKey {
    metadata: KeyMetadata,
    material: Arc<SymmetricMaterial>,
}

impl SecretKey {
    fn new(arn: KeyArn, secret: &[u8; 32]) -> Self {
        let material = SymmetricMaterial::new(arn.key_id(), secret);
        let metadata =
            KeyMetadata::builder(arn, KeySpec::SymmetricDefault, KeyUsage::EncryptDecrypt)
                .current_key_material_id(Some(*material.id()))
                .build();
        Self { metadata, material }
    }
}

impl KmsKey for SecretKey {
    fn metadata(&self) -> &KeyMetadata {
        &self.metadata
    }

    fn has_material(&self, id: &KeyMaterialId) -> bool {
        id == self.material.id()
    }

    fn seal(
        &self,
        nonces: &MessageNonces,
        aad: &[u8],
        in_out: &mut [u8],
    ) -> Result<[u8; 16], KeyActionError> {
        self.material.seal(nonces, aad, in_out)
    }

    fn open(
        &self,
        id: &KeyMaterialId,
        nonces: &MessageNonces,
        aad: &[u8],
        in_out: &mut [u8],
        tag: &[u8; 16],
    ) -> Result<(), KeyActionError> {
        if !self.has_material(id) {
            return Err(KeyActionError::Rejected);
        }
        self.material.open(nonces, aad, in_out, tag)
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use kms_reencrypt::testing::conformance::assert_provider;

    use super::Secrets;

    #[test]
    fn the_provider_conforms() {
        let key = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        let key = key.parse().expect("an ARN");
        let mut secrets = Secrets::new("us-east-2".parse().expect("a Region")).expect("a home");
        secrets.add(key, &[7; 32]);
        assert_provider(&secrets, &[key]);
    }
}
