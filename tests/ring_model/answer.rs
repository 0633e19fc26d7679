//! What a step ends with, and what can be seen of a key: from the crate and from the model in the same form.

use crate::step::Name;

/// An error is its code.
pub(crate) type Answer = Result<Done, &'static str>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    Nothing,
    /// A key came to be.
    Made(Name),
    Encrypted(Name),
    /// Which key decrypted, and the number that was the plaintext.
    Decrypted(Name, usize),
    ReEncrypted {
        from: Name,
        to: Name,
    },
}

/// A key as it is seen. `M` is what stands for a key material.
#[derive(Debug)]
pub(crate) struct Facts<M> {
    pub(crate) key: KeyFacts,
    pub(crate) current: Option<M>,
    pub(crate) materials: Vec<(M, MaterialFacts)>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct KeyFacts {
    pub(crate) state: &'static str,
    pub(crate) valid_to: Option<u64>,
    pub(crate) deletion: Option<u64>,
    pub(crate) window_days: Option<u32>,
    /// The Region of the primary, and those of the replicas.
    pub(crate) multi_region: Option<(usize, Vec<usize>)>,
    pub(crate) aliases: usize,
    pub(crate) grants: usize,
    /// The period of automatic rotation in days, and the hour of the next.
    pub(crate) rotation: Option<(u32, u64)>,
    /// The operation that used the key last, and the hour.
    pub(crate) last_usage: Option<(&'static str, u64)>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MaterialFacts {
    pub(crate) state: &'static str,
    pub(crate) imported: Option<bool>,
    pub(crate) valid_to: Option<u64>,
    /// How it became current, and in which hour.
    pub(crate) rotated: Option<(&'static str, u64)>,
}
