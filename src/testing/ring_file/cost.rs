//! [`Argon2Cost`]: the cost of deriving a key from a passphrase.

use argon2::Params;

/// The memory in KiB of the cheapest setting that OWASP recommends for Argon2id (7 MiB, five passes, one lane).
const MEMORY_MIN: u32 = 7 * 1024;

/// The memory in KiB times the passes of that setting. The product of OWASP's four other settings is larger.
const WORK_MIN: u64 = 35 * 1024;

const MEMORY_MAX: u32 = 256 * 1024;

const PASSES_MAX: u32 = 16;

const LANES_MAX: u32 = 16;

/// The memory, passes and lanes of Argon2id, which are always within bounds.
///
/// The lower bound is the cheapest setting that OWASP recommends: 7168 KiB of memory, and 35840 KiB as the product of
/// memory and passes. The upper bounds are 262144 KiB, 16 passes and 16 lanes.
///
/// ```
/// use kms_reencrypt::testing::ring_file::{Argon2Cost, InvalidArgon2Cost};
///
/// let cost = Argon2Cost::new(64 * 1024, 3, 4)?;
/// assert_eq!((cost.memory_in_kib(), cost.passes(), cost.lanes()), (65536, 3, 4));
///
/// let weak = Argon2Cost::new(8, 1, 1).unwrap_err();
/// assert_eq!(weak, InvalidArgon2Cost::LittleMemory { memory_in_kib: 8 });
/// # Ok::<(), InvalidArgon2Cost>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2Cost {
    memory_in_kib: u32,
    passes: u32,
    lanes: u32,
}

/// Why a cost of Argon2id was refused: it protects too little or takes too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidArgon2Cost {
    /// Too little memory, which makes guessing cheap.
    #[error("{memory_in_kib} KiB of memory are less than {MEMORY_MIN}")]
    LittleMemory {
        /// The requested memory.
        memory_in_kib: u32,
    },
    /// Too few passes for the memory, which makes guessing cheap.
    #[error("{passes} passes over {memory_in_kib} KiB of memory are less work than {WORK_MIN} KiB")]
    LittleWork {
        /// The requested memory.
        memory_in_kib: u32,
        /// The requested passes.
        passes: u32,
    },
    /// More memory than is allowed.
    #[error("{memory_in_kib} KiB of memory are more than {most}")]
    MuchMemory {
        /// The requested memory.
        memory_in_kib: u32,
        /// The maximum.
        most: u32,
    },
    /// More passes than are allowed.
    #[error("{passes} passes are more than {most}")]
    ManyPasses {
        /// The requested passes.
        passes: u32,
        /// The maximum.
        most: u32,
    },
    /// More lanes than are allowed, or zero.
    #[error("{lanes} lanes are not between 1 and {most}")]
    Lanes {
        /// The requested lanes.
        lanes: u32,
        /// The maximum.
        most: u32,
    },
}

impl Argon2Cost {
    /// The default for new files, which is OWASP's second recommendation: 19 MiB, two passes, one lane.
    pub(super) const DEFAULT: Self = Self {
        memory_in_kib: 19 * 1024,
        passes: 2,
        lanes: 1,
    };

    /// The default limit for the cost of a file that is read: RFC 9106's recommendation for little memory (64 MiB,
    /// three passes, four lanes) and every setting of OWASP are below it. About half a second.
    pub(super) const CEILING: Self = Self {
        memory_in_kib: 64 * 1024,
        passes: 5,
        lanes: 4,
    };

    const MAX: Self = Self {
        memory_in_kib: MEMORY_MAX,
        passes: PASSES_MAX,
        lanes: LANES_MAX,
    };

    /// A cost with this memory in KiB, this number of passes over it, and this number of lanes.
    ///
    /// # Errors
    ///
    /// [`InvalidArgon2Cost`] with the number that is out of bounds.
    pub fn new(memory_in_kib: u32, passes: u32, lanes: u32) -> Result<Self, InvalidArgon2Cost> {
        let cost = Self {
            memory_in_kib,
            passes,
            lanes,
        };
        cost.require_at_most(&Self::MAX)?;
        if memory_in_kib < MEMORY_MIN {
            return Err(InvalidArgon2Cost::LittleMemory { memory_in_kib });
        }
        if u64::from(memory_in_kib).saturating_mul(passes.into()) < WORK_MIN {
            return Err(InvalidArgon2Cost::LittleWork {
                memory_in_kib,
                passes,
            });
        }
        if lanes == 0 {
            return Err(InvalidArgon2Cost::Lanes {
                lanes,
                most: LANES_MAX,
            });
        }
        Ok(cost)
    }

    /// The memory, in KiB.
    #[must_use]
    pub const fn memory_in_kib(&self) -> u32 {
        self.memory_in_kib
    }

    /// The number of passes over the memory.
    #[must_use]
    pub const fn passes(&self) -> u32 {
        self.passes
    }

    /// The number of lanes, that is of threads that could share the work.
    #[must_use]
    pub const fn lanes(&self) -> u32 {
        self.lanes
    }

    /// Refuses a cost of which a number exceeds that of `most`.
    pub(super) const fn require_at_most(&self, most: &Self) -> Result<(), InvalidArgon2Cost> {
        let Self {
            memory_in_kib,
            passes,
            lanes,
        } = *self;
        if memory_in_kib > most.memory_in_kib {
            let most = most.memory_in_kib;
            return Err(InvalidArgon2Cost::MuchMemory {
                memory_in_kib,
                most,
            });
        }
        if passes > most.passes {
            let most = most.passes;
            return Err(InvalidArgon2Cost::ManyPasses { passes, most });
        }
        if lanes > most.lanes {
            let most = most.lanes;
            return Err(InvalidArgon2Cost::Lanes { lanes, most });
        }
        Ok(())
    }

    /// The maximum of each of the three numbers.
    pub(super) fn max(self, other: Self) -> Self {
        Self {
            memory_in_kib: self.memory_in_kib.max(other.memory_in_kib),
            passes: self.passes.max(other.passes),
            lanes: self.lanes.max(other.lanes),
        }
    }

    /// The parameters of the implementation, for an output of 32 bytes.
    pub(super) fn params(self) -> Result<Params, argon2::Error> {
        Params::new(self.memory_in_kib, self.passes, self.lanes, Some(32))
    }
}

impl InvalidArgon2Cost {
    /// The member of a snapshot's `Argon2id` that is out of bounds.
    pub(super) const fn member(self) -> &'static str {
        match self {
            Self::LittleMemory { .. } | Self::MuchMemory { .. } => "MemoryInKib",
            Self::LittleWork { .. } | Self::ManyPasses { .. } => "Passes",
            Self::Lanes { .. } => "Lanes",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Argon2Cost, InvalidArgon2Cost};

    #[test]
    fn a_cost_is_within_bounds() {
        // Every setting of OWASP's list, and RFC 9106's for little memory.
        for (memory, passes, lanes) in [
            (46 * 1024, 1, 1),
            (19 * 1024, 2, 1),
            (12 * 1024, 3, 1),
            (9 * 1024, 4, 1),
            (7 * 1024, 5, 1),
            (64 * 1024, 3, 4),
        ] {
            let cost = Argon2Cost::new(memory, passes, lanes).unwrap();
            cost.require_at_most(&Argon2Cost::CEILING).unwrap();
        }
        assert!(Argon2Cost::new(256 * 1024, 16, 16).is_ok());
        for (memory, passes, lanes, member) in [
            (7 * 1024 - 1, 16, 1, "MemoryInKib"),
            (8, 1, 1, "MemoryInKib"),
            (0, 0, 0, "MemoryInKib"),
            (256 * 1024 + 1, 1, 1, "MemoryInKib"),
            (u32::MAX, u32::MAX, u32::MAX, "MemoryInKib"),
            (7 * 1024, 4, 1, "Passes"),
            (256 * 1024, 0, 1, "Passes"),
            (256 * 1024, 17, 1, "Passes"),
            (19 * 1024, 2, 0, "Lanes"),
            (19 * 1024, 2, 17, "Lanes"),
        ] {
            let error = Argon2Cost::new(memory, passes, lanes).unwrap_err();
            assert_eq!(error.member(), member, "{error}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_numbers() {
        for (cost, said) in [
            ((8, 1, 1), "8 KiB of memory are less than 7168"),
            (
                (7168, 4, 1),
                "4 passes over 7168 KiB of memory are less work than 35840 KiB",
            ),
            ((262_145, 1, 1), "262145 KiB of memory are more than 262144"),
            ((19_456, 17, 1), "17 passes are more than 16"),
            ((19_456, 2, 0), "0 lanes are not between 1 and 16"),
        ] {
            let (memory, passes, lanes) = cost;
            let error: InvalidArgon2Cost = Argon2Cost::new(memory, passes, lanes).unwrap_err();
            assert_eq!(error.to_string(), said);
        }
    }
}
