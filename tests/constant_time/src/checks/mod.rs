//! The checks: code of the library with a secret, and twins that leak.

mod engine;
mod fixtures;
mod key_wrap;
mod oaep;
mod rsa;
mod sm2;
mod symmetric;

use sha2::Digest;

/// Some code and its secret.
pub(crate) struct Check {
    pub(crate) name: &'static str,
    pub(crate) run: fn(),
    pub(crate) expected: Expected,
}

/// What memcheck has to report.
pub(crate) enum Expected {
    /// These places, each of them unless it may be missing, and no other.
    Only(&'static [&'static [Place]]),
    /// Something in the file of the twins, which leak on purpose.
    Caught,
}

/// A line at which a branch or an address may depend on a secret, and why.
pub(crate) struct Place {
    /// The path in the repository, or in a crate: `rsa/src/lib.rs`.
    pub(crate) file: &'static str,
    /// The line without the space around it. [`ANYWHERE`] for the whole file or folder.
    pub(crate) line: &'static str,
    pub(crate) why: &'static str,
    /// Whether the compiler decides if there is a branch at all, so that memcheck may see none.
    pub(crate) may_be_missing: bool,
}

/// For a file that only works on what is public, although it is computed from a secret.
pub(crate) const ANYWHERE: &str = "";

impl Place {
    const fn new(file: &'static str, line: &'static str, why: &'static str) -> Self {
        Self {
            file,
            line,
            why,
            may_be_missing: false,
        }
    }

    const fn that_may_be_missing(self) -> Self {
        Self {
            may_be_missing: true,
            ..self
        }
    }

    /// Where a verdict becomes public.
    const fn verdict(file: &'static str, line: &'static str) -> Self {
        Self::new(file, line, "the verdict")
    }
}

/// A plaintext is taken out of its padding. Its length is public as soon as the verdict is.
const LENGTH: &[Place] = &[
    Place::new(
        "src/secret.rs",
        "let mut buffer = Vec::with_capacity(end + tail);",
        "the length of the message",
    ),
    Place::new(
        "src/secret.rs",
        "buffer.extend_from_slice(bytes);",
        "the length of the message",
    ),
    Place::new(
        "src/secret.rs",
        "buffer.resize(end + tail, 0);",
        "the length of the message",
    )
    .that_may_be_missing(),
];

/// MGF1 (RFC 8017 appendix B.2.1), for blocks that the library would not make.
pub(crate) fn mask<D: Digest>(target: &mut [u8], seed: &[u8]) {
    let chunks = target.chunks_mut(<D as Digest>::output_size());
    for (counter, chunk) in (0_u32..).zip(chunks) {
        let hash = D::new()
            .chain_update(seed)
            .chain_update(counter.to_be_bytes());
        for (octet, mask) in chunk.iter_mut().zip(hash.finalize()) {
            *octet ^= mask;
        }
    }
}

/// All checks, in the order of the table.
pub(crate) fn all() -> impl Iterator<Item = &'static Check> {
    [
        oaep::CHECKS,
        key_wrap::CHECKS,
        sm2::CHECKS,
        symmetric::CHECKS,
        rsa::CHECKS,
        engine::CHECKS,
    ]
    .into_iter()
    .flatten()
}
