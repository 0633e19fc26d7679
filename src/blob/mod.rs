//! The symmetric ciphertext blob: reading it, writing it, and saying what some bytes look like.
//!
//! The layout is that of real blobs of AWS KMS, found by decoding several hundred public ones; AWS documents only that
//! the identifier of the backing key stands in the clear part and is authenticated, that a random nonce is in it, and
//! that every message has a fresh AES-256-GCM key. Code that looks at prefixes, lengths or column widths meets here
//! what it meets in production. The keys are ours: AWS cannot open these blobs, nor this crate AWS's.
//! [`documentation::blob_format`](crate::documentation::blob_format) is the specification.

mod content;
mod der;
mod envelope;
mod frame;
mod inspect;
mod layout;
mod prefix;
mod reader;

pub(crate) use content::{CONTENT_HEADER_LEN, check_content_header};
pub use envelope::{BlobVersion, CiphertextBlob};
pub(crate) use frame::Frame;
pub use inspect::{BlobInspection, Resemblance};
pub(crate) use layout::HEADER_LEN;
pub use reader::MalformedBlob;
