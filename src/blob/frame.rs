//! [`Frame`]: the part of a blob that depends only on the length of its content.

use crate::key::KeyMaterialId;
use crate::provider::MessageNonces;

use super::content::{CONTENT_HEADER_LEN, content_header_of};
use super::der;
use super::layout::{
    BEFORE_MATERIAL_ID, BEFORE_NONCE, CMS_VERSION_0, DATA_AND_ALGORITHM, ENCRYPTED_DATA,
    EXPLICIT_0, FORMAT, HEADER_LEN, IMPLICIT_0, IV_LEN, ORIGIN, SEQUENCE, TAG_LEN, TAG_LEN_16,
    VERSION,
};
use super::prefix::Prefix;

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

    /// How many bytes of a version 2 blob precede the content.
    const fn before_content(self) -> usize {
        HEADER_LEN + 4 + self.content_info_len() - self.sealed_len()
    }

    /// How many bytes of a version 2 blob precede the plaintext.
    pub(crate) const fn before_plaintext(self) -> usize {
        self.before_content() + CONTENT_HEADER_LEN
    }

    /// How many bytes follow the content: the tag.
    pub(crate) const fn behind_content() -> usize {
        TAG_LEN
    }

    /// Writes everything before the plaintext into `blob`, which already holds the plaintext in its place, and returns
    /// the parts that sealing works on. `None` if `blob` has another length than this frame.
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

    /// Writes the length of the `ContentInfo`, and the `ContentInfo` itself up to the ciphertext.
    #[inline]
    fn write_content_info(self, out: &mut Prefix, iv: &[u8; IV_LEN]) {
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

#[cfg(test)]
mod tests {
    use super::{Frame, MessageNonces, Prefix};
    use crate::blob::CiphertextBlob;
    use crate::key::KeyMaterialId;

    const ID: KeyMaterialId = KeyMaterialId::from_bytes([7; 32]);
    const NONCES: MessageNonces = MessageNonces {
        derivation: [8; 16],
        iv: [9; 12],
    };

    #[test]
    fn a_frame_of_any_length_is_a_blob_that_parses() {
        for len in 0..=5000 {
            let blob = framed(len);
            let parsed = CiphertextBlob::parse(&blob).unwrap();
            assert_eq!(parsed.ciphertext().len(), len + 11);
            assert_eq!(parsed.key_material_id(), &ID);
            assert_eq!(parsed.derivation_nonce(), Some(&NONCES.derivation));
            assert_eq!(parsed.iv(), &NONCES.iv);
            assert_eq!(written_again(&parsed), blob);
        }
    }

    #[test]
    fn no_other_bytes_parse_into_the_same_parts() {
        // The lengths of data keys, and those at which a length in the DER takes one more byte.
        for len in [1, 32, 52, 53, 76, 77, 100, 180, 204, 4096] {
            let blob = framed(len);
            for at in 0..Frame::for_plaintext(len).before_content() {
                for change in 1..=u8::MAX {
                    let mut bytes = blob.clone();
                    bytes[at] ^= change;
                    if let Ok(parsed) = CiphertextBlob::parse(&bytes) {
                        assert_eq!(written_again(&parsed), bytes, "byte {at} of {len}");
                    }
                }
            }
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

    /// A blob around a plaintext of zeros.
    fn framed(len: usize) -> Vec<u8> {
        let frame = Frame::for_plaintext(len);
        let mut blob = vec![0; frame.before_plaintext() + len + Frame::behind_content()];
        frame.write(&mut blob, &ID, &NONCES).unwrap();
        blob
    }

    /// The bytes of a blob, rebuilt from its parts.
    fn written_again(blob: &CiphertextBlob<'_>) -> Vec<u8> {
        let mut content_info = Prefix::new();
        let frame = Frame::for_content(blob.ciphertext().len());
        frame.write_content_info(&mut content_info, blob.iv());
        [
            blob.header(),
            content_info.bytes(),
            blob.ciphertext(),
            blob.tag(),
        ]
        .concat()
    }
}
