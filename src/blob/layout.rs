//! The constant bytes and lengths of a blob.

/// The first byte of a blob.
pub(super) const FORMAT: u8 = 1;
/// The version that is written.
pub(super) const VERSION: u8 = 2;
/// The byte at offset 2 that is written.
pub(super) const ORIGIN: u8 = 2;
pub(super) const BEFORE_MATERIAL_ID: [u8; 2] = [0x00, 0x78];
pub(super) const BEFORE_NONCE: u8 = 1;
/// The length of the clear part of version 2, which is authenticated. It ends with the derivation nonce.
pub(crate) const HEADER_LEN: usize = 54;
/// The length of the clear part of version 1. It ends with the key material id.
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

/// The length of the initialization vector of AES-GCM.
pub(super) const IV_LEN: usize = 12;
/// The length of the AES-GCM tag.
pub(super) const TAG_LEN: usize = 16;
