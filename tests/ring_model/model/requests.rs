//! Encrypt, Decrypt and ReEncrypt.

use super::Model;
use super::key::Key;
use super::materials::Material;
use crate::answer::{Answer, Done};
use crate::step::{Act, Asker, Kind, Name, Naming, Source};

/// How many ciphertexts are remembered.
pub(crate) const BLOBS_MAX: usize = 60;

/// A ciphertext: what it was made with, and of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blob {
    pub(super) material: Material,
    plaintext: usize,
}

impl Model {
    pub(super) fn encrypt(&mut self, asker: Asker, named: Naming) -> Answer {
        let (name, material) = self.destination(asker, named, Act::Encrypt)?;
        let plaintext = self.plaintexts;
        self.plaintexts += 1;
        self.use_key(name, "Encrypt");
        self.remember(Blob {
            material,
            plaintext,
        });
        Ok(Done::Encrypted(name))
    }

    pub(super) fn decrypt(&mut self, asker: Asker, source: Source) -> Answer {
        let name = self.source(asker, source, Act::Decrypt)?;
        let blob = self.opened(name, source)?;
        self.use_key(name, "Decrypt");
        Ok(Done::Decrypted(name, blob.plaintext))
    }

    pub(super) fn re_encrypt(&mut self, asker: Asker, source: Source, named: Naming) -> Answer {
        let from = self.source(asker, source, Act::ReEncryptFrom)?;
        let (to, material) = self.destination(asker, named, Act::ReEncryptTo)?;
        let Blob { plaintext, .. } = self.opened(from, source)?;
        self.use_key(from, "ReEncrypt");
        self.use_key(to, "ReEncrypt");
        self.remember(Blob {
            material,
            plaintext,
        });
        Ok(Done::ReEncrypted { from, to })
    }

    fn use_key(&mut self, name: Name, operation: &'static str) {
        let now = self.now;
        if let Some(key) = self.keys.get_mut(&name) {
            key.last_usage = Some((operation, now));
        }
    }

    fn remember(&mut self, blob: Blob) {
        self.blobs.push_back(blob);
        if self.blobs.len() > BLOBS_MAX {
            self.blobs.pop_front();
        }
    }

    fn resolve(&self, asker: Asker, named: Naming) -> Result<(Name, &Key), &'static str> {
        let name = match named {
            Naming::Arn(name) => name,
            Naming::Alias(alias) => *self
                .aliases
                .get(&(asker.region, alias))
                .ok_or("NotFoundException")?,
        };
        match self.keys.get(&name) {
            Some(key) if name.region == asker.region => Ok((name, key)),
            _ => Err("NotFoundException"),
        }
    }

    fn destination(
        &self,
        asker: Asker,
        named: Naming,
        act: Act,
    ) -> Result<(Name, Material), &'static str> {
        let (name, key) = self.resolve(asker, named)?;
        key.authorize(asker.caller, act)?;
        if key.kind == Kind::Signing {
            return Err("InvalidKeyUsageException");
        }
        key.require_enabled()?;
        let current = key.materials.current().ok_or("KMSInternalException")?;
        Ok((name, current.material))
    }

    fn source(&self, asker: Asker, source: Source, act: Act) -> Result<Name, &'static str> {
        let material = self.blobs[source.blob].material;
        let (name, key) = match source.named {
            Some(named) => {
                let (name, key) = self.resolve(asker, named)?;
                if !key.has(material) {
                    return Err("IncorrectKeyException");
                }
                (name, key)
            }
            None => {
                let name = Name {
                    family: material.family,
                    region: asker.region,
                };
                let key = self.keys.get(&name).filter(|key| key.has(material));
                (name, key.ok_or("AccessDeniedException")?)
            }
        };
        key.authorize(asker.caller, act)?;
        key.require_enabled()?;
        Ok(name)
    }

    fn opened(&self, name: Name, source: Source) -> Result<Blob, &'static str> {
        let blob = self.blobs[source.blob];
        let is_present = self.keys[&name].materials.is_present(blob.material);
        if source.right_context && is_present {
            Ok(blob)
        } else {
            Err("InvalidCiphertextException")
        }
    }
}
