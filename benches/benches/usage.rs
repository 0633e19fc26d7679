//! How much more a ReEncrypt costs because its keys record their last use, which GetKeyLastUsage returns.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use kms_reencrypt::primitives::SymmetricMaterial;
use kms_reencrypt::provider::{
    KeyActionError, KeyProvider, KeyProviderError, KeyRef, KeyView, KmsKey, LastUsage,
    MessageNonces,
};
use kms_reencrypt::{
    AliasArn, EncryptRequest, KeyArn, KeyMaterialId, KeyMetadata, KeySpec, KeyUsage, Kms, Place,
    ReEncryptRequest,
};
use kms_reencrypt_benches::ratio::{Ratios, criterion};

fn main() {
    let mut criterion = criterion();
    let mut ratios =
        Ratios::to("the same ReEncrypt of 32 bytes between keys that note no last use");
    let mut group = criterion.benchmark_group("usage");
    let system: fn() -> SystemTime = SystemTime::now;
    for (name, clock) in [
        ("keys that note it, without a clock", None),
        ("keys that note it, with the system's clock", Some(system)),
    ] {
        let noted = re_encrypt(true, clock);
        let forgotten = re_encrypt(false, clock);
        ratios.measure(&mut group, name, None, noted, forgotten);
    }
    group.finish();
    criterion.final_summary();
    ratios.finish("usage");
}

fn re_encrypt(noting: bool, clock: Option<fn() -> SystemTime>) -> impl FnMut() {
    let [old, new] = [
        "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "arn:aws:kms:us-east-2:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321",
    ]
    .map(|arn| arn.parse::<KeyArn>().expect("a key ARN"));
    let keys = [old, new].map(|arn| (arn, Key::new(arn, noting)));
    let kms = Kms::new(Keys {
        home: *old.place(),
        clock,
        keys: keys.into(),
    });
    let encrypt = EncryptRequest::builder().key_id(old).plaintext([7; 32]);
    let blob = kms
        .encrypt(&encrypt.build().expect("a request"))
        .expect("a ciphertext")
        .into_ciphertext_blob();
    let request = ReEncryptRequest::builder()
        .ciphertext_blob(blob)
        .source_key_id(old)
        .destination_key_id(new)
        .build()
        .expect("a request");
    move || drop(kms.re_encrypt(&request).expect("allowed"))
}

/// Keys that differ from others in nothing but whether they note their last use.
#[derive(Debug)]
struct Keys {
    home: Place,
    clock: Option<fn() -> SystemTime>,
    keys: HashMap<KeyArn, Key>,
}

impl KeyProvider for Keys {
    fn home(&self) -> Place {
        self.home
    }

    fn now(&self) -> Option<SystemTime> {
        self.clock.map(|clock| clock())
    }

    fn view(&self, visit: &mut dyn FnMut(&dyn KeyView)) -> Result<(), KeyProviderError> {
        visit(self);
        Ok(())
    }
}

impl KeyView for Keys {
    fn key(&self, arn: &KeyArn) -> Result<KeyRef<'_>, KeyProviderError> {
        let key = self.keys.get(arn).ok_or(KeyProviderError::NotFound)?;
        Ok(KeyRef::Borrowed(key))
    }

    fn key_with_material(
        &self,
        _: &Place,
        _: &KeyMaterialId,
    ) -> Result<KeyRef<'_>, KeyProviderError> {
        Err(KeyProviderError::NotFound)
    }

    fn alias_target(&self, _: &AliasArn) -> Result<KeyArn, KeyProviderError> {
        Err(KeyProviderError::NotFound)
    }
}

#[derive(Debug)]
struct Key {
    metadata: KeyMetadata,
    material: Arc<SymmetricMaterial>,
    last_usage: Option<LastUsage>,
}

impl Key {
    fn new(arn: KeyArn, noting: bool) -> Self {
        let material = SymmetricMaterial::new(arn.key_id(), &[7; 32]);
        let metadata =
            KeyMetadata::builder(arn, KeySpec::SymmetricDefault, KeyUsage::EncryptDecrypt);
        let metadata = metadata.current_key_material_id(Some(*material.id()));
        Self {
            metadata: metadata.build(),
            material,
            last_usage: noting.then(LastUsage::default),
        }
    }
}

impl KmsKey for Key {
    fn metadata(&self) -> &KeyMetadata {
        &self.metadata
    }

    fn has_material(&self, id: &KeyMaterialId) -> bool {
        id == self.material.id()
    }

    fn last_usage(&self) -> Option<&LastUsage> {
        self.last_usage.as_ref()
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
        _: &KeyMaterialId,
        nonces: &MessageNonces,
        aad: &[u8],
        in_out: &mut [u8],
        tag: &[u8; 16],
    ) -> Result<(), KeyActionError> {
        self.material.open(nonces, aad, in_out, tag)
    }
}
