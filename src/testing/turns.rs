//! [`Turns`]: which of the occasions a fault strikes.

use super::seeded_random::{SeededRandom, seeded_random};

/// Which of the occasions that meet its other conditions a fault strikes.
#[derive(Clone, Debug)]
pub(super) struct Turns {
    pub(super) after: u64,
    pub(super) times: u64,
    pub(super) chance: Option<Chance>,
    /// The number of occasions so far.
    seen: u64,
}

/// A probability, and the generator that decides.
#[derive(Clone, Debug)]
pub(super) struct Chance {
    probability: f64,
    random: SeededRandom,
}

impl Turns {
    /// All of them.
    pub(super) const fn all() -> Self {
        Self {
            after: 0,
            times: u64::MAX,
            chance: None,
            seen: 0,
        }
    }

    /// Whether the fault strikes this occasion, which counts either way.
    pub(super) fn strikes(&mut self) -> bool {
        let turn = self.seen.checked_sub(self.after);
        self.seen += 1;
        turn.is_some_and(|turn| turn < self.times)
            && self.chance.as_ref().is_none_or(Chance::comes_true)
    }
}

impl Chance {
    pub(super) fn new(probability: f64, seed: u64) -> Self {
        let random = seeded_random(seed);
        Self {
            probability,
            random,
        }
    }

    fn comes_true(&self) -> bool {
        f64::from(self.random.next_u32()) < self.probability * (f64::from(u32::MAX) + 1.0)
    }
}
