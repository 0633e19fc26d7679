//! The symmetric ciphertext blob: how it is parsed, written and inspected.
//!
//! The layout is that of real blobs of AWS KMS, found by decoding several hundred public ones; AWS documents only that
//! the identifier of the backing key is in the clear part and is authenticated, that a random nonce is in it, and that
//! every message has a fresh AES-256-GCM key. So code that depends on prefixes, lengths or column widths sees what it
//! sees in production. The keys are not AWS's: AWS cannot open these blobs, and this crate cannot open AWS's.
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
