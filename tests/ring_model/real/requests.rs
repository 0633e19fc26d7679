//! Encrypt, Decrypt and ReEncrypt of the crate.

use kms_reencrypt::{
    AliasName, DecryptRequest, EncryptRequest, KeyIdentifier, Keyring, Kms, KmsError,
    ReEncryptRequest,
};

use super::{Real, arn, caller, name_of, region};
use crate::answer::Done;
use crate::model::BLOBS_MAX;
use crate::step::{Asker, Naming, Source};

/// The tenant in the encryption context of every ciphertext.
const RIGHT: &str = "blue";
const WRONG: &str = "red";

impl Real {
    pub(super) fn encrypt(&mut self, asker: Asker, named: Naming) -> Result<Done, KmsError> {
        let request = EncryptRequest::builder()
            .key_id(identifier(named))
            .plaintext(self.plaintexts.to_be_bytes())
            .encryption_context("tenant", RIGHT)
            .build()?;
        let answer = self.kms_of(asker).encrypt(&request)?;
        self.plaintexts += 1;
        let key = name_of(answer.key_id());
        self.remember(answer.into_ciphertext_blob());
        Ok(Done::Encrypted(key))
    }

    pub(super) fn decrypt(&self, asker: Asker, source: Source) -> Result<Done, KmsError> {
        let request = DecryptRequest::builder()
            .ciphertext_blob(self.blobs[source.blob].clone())
            .set_key_id(source.named.map(identifier))
            .encryption_context("tenant", tenant(source))
            .build()?;
        let answer = self.kms_of(asker).decrypt(&request)?;
        let plaintext = answer.plaintext().expose().try_into().unwrap();
        let plaintext = usize::from_be_bytes(plaintext);
        Ok(Done::Decrypted(name_of(answer.key_id()), plaintext))
    }

    pub(super) fn re_encrypt(
        &mut self,
        asker: Asker,
        source: Source,
        named: Naming,
    ) -> Result<Done, KmsError> {
        let request = ReEncryptRequest::builder()
            .ciphertext_blob(self.blobs[source.blob].clone())
            .set_source_key_id(source.named.map(identifier))
            .source_encryption_context("tenant", tenant(source))
            .destination_key_id(identifier(named))
            .destination_encryption_context("tenant", RIGHT)
            .build()?;
        let answer = self.kms_of(asker).re_encrypt(&request)?;
        let from = name_of(answer.source_key_id());
        let to = name_of(answer.key_id());
        self.remember(answer.into_ciphertext_blob());
        Ok(Done::ReEncrypted { from, to })
    }

    fn remember(&mut self, blob: Vec<u8>) {
        self.blobs.push_back(blob);
        if self.blobs.len() > BLOBS_MAX {
            self.blobs.pop_front();
        }
    }

    fn kms_of(&self, asker: Asker) -> Kms<Keyring> {
        let kms = self.kms.as_caller(caller(asker.caller));
        kms.in_region(region(asker.region))
    }
}

const fn tenant(source: Source) -> &'static str {
    if source.right_context { RIGHT } else { WRONG }
}

fn identifier(named: Naming) -> KeyIdentifier {
    match named {
        Naming::Arn(name) => arn(name).into(),
        Naming::Alias(number) => {
            let name: AliasName = format!("alias/{number}").parse().unwrap();
            name.into()
        }
    }
}
