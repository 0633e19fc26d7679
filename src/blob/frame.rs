//! [`Frame`]: everything of a blob that does not depend on its content but on the content's length.

use crate::key::KeyMaterialId;
use crate::provider::MessageNonces;

use super::content::{CONTENT_HEADER_LEN, content_header_of};
use super::der;
use super::envelope::TAG_LEN;

/// The first byte of a blob.
pub(super) const FORMAT: u8 = 1;
/// The version that is written.
const VERSION: u8 = 2;
/// The byte at offset 2 that is written.
pub(super) const ORIGIN: u8 = 2;
pub(super) const BEFORE_MATERIAL_ID: [u8; 2] = [0x00, 0x78];
pub(super) const BEFORE_NONCE: u8 = 1;
/// The clear part of version 2, which is authenticated: up to the derivation nonce.
pub(crate) const HEADER_LEN: usize = 54;
/// That of version 1: up to the key material id.
pub(super) const HEADER_LEN_V1: usize = 37;

pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const EXPLICIT_0: u8 = 0xa0;
pub(super) const IMPLICIT_0: u8 = 0x80;
/// OBJECT IDENTIFIER 1.2.840.113549.1.7.6
pub(super) const ENCRYPTED_DATA: [u8; 11] = [
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x06,
];
/// INTEGER 0
pub(super) const CMS_VERSION_0: [u8; 3] = [0x02, 0x01, 0x00];
/// OBJECT IDENTIFIER 1.2.840.113549.1.7.1, SEQUENCE (30), OBJECT IDENTIFIER 2.16.840.1.101.3.4.1.46, SEQUENCE (17),
/// OCTET STRING (12)
pub(super) const DATA_AND_ALGORITHM: [u8; 28] = [
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01, 0x30, 0x1e, 0x06, 0x09, 0x60,
    0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2e, 0x30, 0x11, 0x04, 0x0c,
];
/// INTEGER 16
pub(super) const TAG_LEN_16: [u8; 3] = [0x02, 0x01, 0x10];

const IV_LEN: usize = 12;

/// The lengths of a blob for one length of content. The content is the inner header and the plaintext.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    content_len: usize,
}

impl Frame {
    /// The frame of a plaintext of this length.
    pub(crate) const fn for_plaintext(len: usize) -> Self {
        Self::for_content(CONTENT_HEADER_LEN + len)
    }

    /// The frame of a content of this length.
    pub(crate) const fn for_content(content_len: usize) -> Self {
        Self { content_len }
    }

    /// How many bytes of a version 2 blob stand before the content.
    const fn before_content(self) -> usize {
        HEADER_LEN + 4 + self.content_info_len() - self.sealed_len()
    }

    /// How many bytes of a version 2 blob stand before the plaintext.
    pub(crate) const fn before_plaintext(self) -> usize {
        self.before_content() + CONTENT_HEADER_LEN
    }

    /// How many bytes stand behind the content: the tag.
    pub(crate) const fn behind_content() -> usize {
        TAG_LEN
    }

    /// Writes all that stands before the plaintext into the front of `blob`, which has the plaintext at its place
    /// already, and returns the parts that are left to do. `None` if `blob` is not as long as this frame.
    #[inline]
    pub(crate) fn write<'b>(
        self,
        blob: &'b mut [u8],
        key_material_id: &KeyMaterialId,
        nonces: &MessageNonces,
    ) -> Option<FrameParts<'b>> {
        let mut prefix = Prefix::new();
        prefix.put(&[FORMAT, VERSION, ORIGIN]);
        prefix.put(&BEFORE_MATERIAL_ID);
        prefix.put(key_material_id.as_bytes());
        prefix.put(&[BEFORE_NONCE]);
        prefix.put(&nonces.derivation);
        self.write_content_info(&mut prefix, &nonces.iv);

        let (front, rest) = blob.split_at_mut_checked(self.before_content())?;
        let (content, tag) = rest.split_at_mut_checked(self.content_len)?;
        let tag = tag.try_into().ok()?;
        front.copy_from_slice(prefix.bytes());
        let header = front.first_chunk()?;
        let content_header = content.first_chunk_mut()?;
        *content_header = content_header_of(self.content_len - CONTENT_HEADER_LEN);
        Some(FrameParts {
            header,
            content,
            tag,
        })
    }

    /// Writes the length of the `ContentInfo`, and of it all that stands before the ciphertext.
    #[inline]
    pub(super) fn write_content_info(self, out: &mut Prefix, iv: &[u8; IV_LEN]) {
        let len = u32::try_from(self.content_info_len()).unwrap_or(u32::MAX);
        out.put(&len.to_be_bytes());
        der::write_header(out, SEQUENCE, self.content_info_content_len());
        out.put(&ENCRYPTED_DATA);
        der::write_header(
            out,
            EXPLICIT_0,
            der::element_len(self.encrypted_data_content_len()),
        );
        der::write_header(out, SEQUENCE, self.encrypted_data_content_len());
        out.put(&CMS_VERSION_0);
        der::write_header(out, SEQUENCE, self.encrypted_content_len());
        out.put(&DATA_AND_ALGORITHM);
        out.put(iv);
        out.put(&TAG_LEN_16);
        der::write_header(out, IMPLICIT_0, self.sealed_len());
    }

    // The nested lengths, from the inside out.

    const fn sealed_len(self) -> usize {
        self.content_len + TAG_LEN
    }

    const fn encrypted_content_len(self) -> usize {
        DATA_AND_ALGORITHM.len() + IV_LEN + TAG_LEN_16.len() + der::element_len(self.sealed_len())
    }

    const fn encrypted_data_content_len(self) -> usize {
        CMS_VERSION_0.len() + der::element_len(self.encrypted_content_len())
    }

    const fn content_info_content_len(self) -> usize {
        let encrypted_data = der::element_len(self.encrypted_data_content_len());
        ENCRYPTED_DATA.len() + der::element_len(encrypted_data)
    }

    const fn content_info_len(self) -> usize {
        der::element_len(self.content_info_content_len())
    }
}

/// The parts of a framed blob that sealing works on.
#[derive(Debug)]
pub(crate) struct FrameParts<'b> {
    /// The clear part: authenticated.
    pub(crate) header: &'b [u8; HEADER_LEN],
    /// The inner header and the plaintext: to be encrypted in place.
    pub(crate) content: &'b mut [u8],
    /// The room for the tag.
    pub(crate) tag: &'b mut [u8; TAG_LEN],
}

/// The front of a blob while it is written, off the heap.
pub(super) struct Prefix {
    bytes: [u8; Self::MAX],
    len: usize,
}

impl Prefix {
    /// 58 bytes, and at most 77 of DER before the ciphertext.
    const MAX: usize = HEADER_LEN + 4 + 77;

    pub(super) const fn new() -> Self {
        Self {
            bytes: [0; Self::MAX],
            len: 0,
        }
    }

    #[inline]
    pub(super) fn put(&mut self, bytes: &[u8]) {
        let end = self.len + bytes.len();
        if let Some(room) = self.bytes.get_mut(self.len..end) {
            room.copy_from_slice(bytes);
            self.len = end;
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{Frame, MessageNonces};
    use crate::blob::CiphertextBlob;
    use crate::key::KeyMaterialId;

    #[test]
    fn a_frame_of_any_length_is_a_blob_that_parses() {
        let id = KeyMaterialId::from_bytes([7; 32]);
        let nonces = MessageNonces {
            derivation: [8; 16],
            iv: [9; 12],
        };
        for len in 0..=5000 {
            let frame = Frame::for_plaintext(len);
            let mut blob = vec![0; frame.before_plaintext() + len + Frame::behind_content()];
            frame.write(&mut blob, &id, &nonces).unwrap();
            let parsed = CiphertextBlob::parse(&blob).unwrap();
            assert_eq!(parsed.ciphertext().len(), len + 11);
            assert_eq!(parsed.key_material_id(), &id);
            assert_eq!(parsed.derivation_nonce(), Some(&nonces.derivation));
            assert_eq!(parsed.iv(), &nonces.iv);
            assert_eq!(parsed.to_bytes(), blob);
        }
    }

    #[test]
    fn data_keys_have_the_sizes_that_they_have_in_the_service() {
        for (plaintext, blob) in [(16, 168), (24, 176), (32, 184)] {
            let frame = Frame::for_plaintext(plaintext);
            assert_eq!(
                frame.before_plaintext() + plaintext + Frame::behind_content(),
                blob
            );
        }
        assert!(Frame::for_plaintext(4096).before_plaintext() + 4096 + 16 < 6144);
    }
}
