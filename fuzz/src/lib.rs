//! What the fuzz targets share: a ring of all kinds of keys, what was sealed under them, and blobs in their parts.

mod envelope;
mod ring;

pub use envelope::{Envelope, mutate};
pub use ring::{Made, RING, Ring, fixed_pem};
