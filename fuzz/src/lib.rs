//! The code that the fuzz targets share: a ring with all kinds of keys, ciphertexts under them, and blobs in parts.

mod envelope;
mod ring;

pub use envelope::{Envelope, mutate};
pub use ring::{Made, RING, Ring, fixed_pem};
