//! [`Envelope`]: a symmetric blob in parts, which code independent of the crate's writes and the fuzzer mutates one by
//! one.

use arbitrary::Arbitrary;
use kms_reencrypt::blob::{BlobVersion, CiphertextBlob};

/// The parts of a blob that can be chosen; everything else follows from them.
#[derive(Arbitrary, Clone, Debug)]
pub struct Envelope {
    /// The byte at offset 1: only 1 and 2 are versions.
    pub version: u8,
    /// The byte at offset 2: only 1, 2 and 3 are taken.
    pub origin: u8,
    /// The key material id.
    pub key_material_id: [u8; 32],
    /// The derivation nonce. Version 1 has none.
    pub nonce: [u8; 16],
    /// The initialization vector.
    pub iv: [u8; 12],
    /// Ciphertext and tag.
    pub sealed: Vec<u8>,
}

impl Envelope {
    /// The parts of a blob that parses.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let blob = CiphertextBlob::parse(bytes).ok()?;
        Some(Self {
            version: match blob.version() {
                BlobVersion::V1 => 1,
                _ => 2,
            },
            origin: blob.origin(),
            key_material_id: *blob.key_material_id().as_bytes(),
            nonce: blob.derivation_nonce().copied().unwrap_or_default(),
            iv: *blob.iv(),
            sealed: [blob.ciphertext(), blob.tag()].concat(),
        })
    }

    /// Whether the format allows these parts.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        matches!(self.version, 1 | 2) && matches!(self.origin, 1..=3) && self.sealed.len() >= 16
    }

    /// The blob. Its structure is right whatever the parts are.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        const ENCRYPTED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06";
        const DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
        const AES_256_GCM: &[u8] = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2e";
        let parameters = der(0x30, &[&der(0x04, &[&self.iv]), b"\x02\x01\x10"]);
        let algorithm = der(0x30, &[AES_256_GCM, &parameters]);
        let sealed = der(0x80, &[&self.sealed]);
        let content = der(0x30, &[DATA, &algorithm, &sealed]);
        let encrypted_data = der(0x30, &[b"\x02\x01\x00", &content]);
        let content_info = der(0x30, &[ENCRYPTED_DATA, &der(0xa0, &[&encrypted_data])]);

        let mut blob = vec![1, self.version, self.origin, 0, 0x78];
        blob.extend(self.key_material_id);
        if self.version != 1 {
            blob.push(1);
            blob.extend(self.nonce);
        }
        blob.extend((content_info.len() as u32).to_be_bytes());
        blob.extend(content_info);
        blob
    }
}

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let len = content.len();
    let mut element = vec![tag];
    match len {
        ..0x80 => element.push(len as u8),
        0x80..0x100 => element.extend([0x81, len as u8]),
        _ => element.extend([0x82, (len >> 8) as u8, len as u8]),
    }
    element.extend(content);
    element
}

/// A mutator that keeps most blobs well-formed: it changes one part and rewrites the whole blob. Every fourth time, and
/// if there is no blob to begin with, libFuzzer's own mutator runs.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let Some(mut parts) = Envelope::of(&data[..size]).filter(|_| !seed.is_multiple_of(4)) else {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    };
    match seed / 4 % 8 {
        0 => parts.version = 3 - parts.version,
        1 => parts.origin = 1 + parts.origin % 3,
        2 => mutate_part(&mut parts.key_material_id),
        3 => mutate_part(&mut parts.nonce),
        4 => mutate_part(&mut parts.iv),
        _ => {
            let len = parts.sealed.len();
            parts.sealed.resize(len + 64, 0);
            let len = libfuzzer_sys::fuzzer_mutate(&mut parts.sealed, len, len + 64);
            parts.sealed.truncate(len);
            // There must be a tag.
            parts.sealed.resize(len.max(16), 0);
        }
    }
    let bytes = parts.to_bytes();
    match data.get_mut(..bytes.len().min(max_size)) {
        Some(room) if room.len() == bytes.len() => {
            room.copy_from_slice(&bytes);
            bytes.len()
        }
        _ => libfuzzer_sys::fuzzer_mutate(data, size, max_size),
    }
}

fn mutate_part(part: &mut [u8]) {
    libfuzzer_sys::fuzzer_mutate(part, part.len(), part.len());
}
