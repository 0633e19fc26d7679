//! [`CiphertextBlob`]: the parser of symmetric ciphertext blobs.

use crate::key::KeyMaterialId;

use super::der;
use super::layout::{self, TAG_LEN};
use super::reader::{MalformedBlob, Reader};

/// A symmetric ciphertext blob, split into its parts, which borrow its bytes.
///
/// Parsing checks the whole structure, and nothing that needs a key. Each blob has exactly one encoding: no other bytes
/// parse into the same parts.
///
/// ```
/// use kms_reencrypt::blob::CiphertextBlob;
/// use kms_reencrypt::{Keyring, KeySpec, Kms};
/// use kms_reencrypt::EncryptRequest;
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let key = keyring.create_key(KeySpec::SymmetricDefault)?;
/// let kms = Kms::new(keyring);
/// let request = EncryptRequest::builder().key_id(key).plaintext([7; 32]).build()?;
/// let encrypted = kms.encrypt(&request)?;
///
/// // The size that AWS KMS gives an encrypted 32-byte data key, too.
/// assert_eq!(encrypted.ciphertext_blob().len(), 184);
/// let blob = CiphertextBlob::parse(encrypted.ciphertext_blob()).expect("a blob");
/// assert_eq!(blob.ciphertext().len(), 32 + 11);
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CiphertextBlob<'a> {
    bytes: &'a [u8],
    version: BlobVersion,
    origin: u8,
    key_material_id: KeyMaterialId,
    derivation_nonce: Option<&'a [u8; 16]>,
    iv: &'a [u8; 12],
    ciphertext: &'a [u8],
    tag: &'a [u8; TAG_LEN],
}

impl<'a> CiphertextBlob<'a> {
    /// Reads a blob.
    ///
    /// # Errors
    ///
    /// [`MalformedBlob`] if the bytes are not exactly one blob.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, MalformedBlob> {
        let mut reader = Reader::new(bytes);
        reader.expect(&[layout::FORMAT])?;
        let version = match reader.byte()? {
            1 => BlobVersion::V1,
            2 => BlobVersion::V2,
            _ => return Err(MalformedBlob::new()),
        };
        let origin @ 1..=3 = reader.byte()? else {
            return Err(MalformedBlob::new());
        };
        reader.expect(&layout::BEFORE_MATERIAL_ID)?;
        let key_material_id = KeyMaterialId::from_bytes(*reader.array()?);
        let derivation_nonce = match version {
            BlobVersion::V1 => None,
            BlobVersion::V2 => {
                reader.expect(&[layout::BEFORE_NONCE])?;
                Some(reader.array()?)
            }
        };
        let content_info_len = u32::from_be_bytes(*reader.array()?);
        if usize::try_from(content_info_len) != Ok(reader.left()) {
            return Err(MalformedBlob::new());
        }
        let (iv, sealed) = parse_content_info(reader)?;
        let (ciphertext, tag) = sealed.split_last_chunk().ok_or(MalformedBlob::new())?;
        Ok(Self {
            bytes,
            version,
            origin,
            key_material_id,
            derivation_nonce,
            iv,
            ciphertext,
            tag,
        })
    }

    /// The version of the layout.
    #[must_use]
    pub const fn version(&self) -> BlobVersion {
        self.version
    }

    /// The byte at offset 2: 1, 2 or 3. AWS does not document its meaning; this crate writes 2.
    #[must_use]
    pub const fn origin(&self) -> u8 {
        self.origin
    }

    /// The key material that the ciphertext was made with.
    #[must_use]
    pub const fn key_material_id(&self) -> &KeyMaterialId {
        &self.key_material_id
    }

    /// The nonce that the message key was derived with. Version 1 has none.
    #[must_use]
    pub const fn derivation_nonce(&self) -> Option<&'a [u8; 16]> {
        self.derivation_nonce
    }

    /// The initialization vector of AES-GCM.
    #[must_use]
    pub const fn iv(&self) -> &'a [u8; 12] {
        self.iv
    }

    /// The ciphertext, without its tag. It is 11 bytes longer than the plaintext.
    #[must_use]
    pub const fn ciphertext(&self) -> &'a [u8] {
        self.ciphertext
    }

    /// The tag of AES-GCM.
    #[must_use]
    pub const fn tag(&self) -> &'a [u8; TAG_LEN] {
        self.tag
    }

    /// The clear part, which is authenticated together with the encryption context.
    #[must_use]
    pub const fn header(&self) -> &'a [u8] {
        let len = match self.version {
            BlobVersion::V1 => layout::HEADER_LEN_V1,
            BlobVersion::V2 => layout::HEADER_LEN,
        };
        match self.bytes.split_at_checked(len) {
            Some((header, _)) => header,
            None => &[],
        }
    }

    /// The bytes that were parsed.
    pub(crate) const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

/// The layout of a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BlobVersion {
    /// Without a derivation nonce. This crate parses the version, but has never written it.
    V1,
    /// With a derivation nonce. AWS writes this version today, and so does this crate.
    V2,
}

/// The CMS `ContentInfo` (RFC 5652) with AES-256-GCM (RFC 5084): its IV, and ciphertext and tag.
fn parse_content_info(reader: Reader<'_>) -> Result<(&[u8; 12], &[u8]), MalformedBlob> {
    let mut content_info = der::read_only(reader, layout::SEQUENCE)?;
    content_info.expect(&layout::ENCRYPTED_DATA)?;
    let explicit = der::read_only(content_info, layout::EXPLICIT_0)?;
    let mut encrypted_data = der::read_only(explicit, layout::SEQUENCE)?;
    encrypted_data.expect(&layout::CMS_VERSION_0)?;
    let mut content = der::read_only(encrypted_data, layout::SEQUENCE)?;
    content.expect(&layout::DATA_AND_ALGORITHM)?;
    let iv = content.array()?;
    content.expect(&layout::TAG_LEN_16)?;
    let sealed = der::read_only(content, layout::IMPLICIT_0)?;
    Ok((iv, sealed.rest()))
}
