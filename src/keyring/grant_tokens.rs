//! [`GrantTokens`]: maps grant tokens to their grants.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::access::GrantId;

use super::cow_map::CowMap;

/// The number of tokens of ended grants that a ring remembers.
const ENDED_MAX: usize = 1000;

/// The number of tokens of one grant that a ring knows.
const OF_GRANT_MAX: usize = 100;

/// The grant tokens of a ring.
///
/// A token ends with its grant. An ended token has no effect, but is not invalid either (INFERRED: a token tells AWS
/// its grant). A ring cannot remember all of them for ever, so it remembers the last thousand. An older token is
/// treated as one that was never issued (GUESS 48). So is a token of a grant that was created again a hundred times since:
/// each time there is a new token, and all of them serve the same purpose (DOC).
#[derive(Clone, Debug, Default)]
pub(crate) struct GrantTokens {
    grants: CowMap<String, GrantId>,
    /// The tokens of each grant that has not ended, oldest first.
    tokens: CowMap<GrantId, Arc<[String]>>,
    /// The tokens that have ended, oldest first.
    ended: Arc<VecDeque<String>>,
}

impl GrantTokens {
    /// The grant of a token, whether it has ended or not.
    pub(crate) fn get(&self, token: &str) -> Option<&GrantId> {
        self.grants.get(&token.to_owned())
    }

    /// All tokens that are known, in no order.
    #[cfg(any(test, feature = "snapshot"))]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &GrantId)> {
        self.grants.iter()
    }

    pub(crate) fn insert(&mut self, token: String, grant: GrantId) {
        let others = self.tokens.get(&grant).cloned().unwrap_or_default();
        let forgotten = (others.len() + 1).saturating_sub(OF_GRANT_MAX);
        let (forgotten, kept) = others.split_at_checked(forgotten).unwrap_or_default();
        for token in forgotten {
            self.grants.remove(token);
        }
        let tokens = kept.iter().cloned().chain([token.clone()]).collect();
        self.tokens.insert(grant.clone(), tokens);
        self.grants.insert(token, grant);
    }

    /// Ends the tokens of a grant.
    pub(crate) fn end(&mut self, grant: &GrantId) {
        let Some(tokens) = self.tokens.remove(grant) else {
            return;
        };
        let ended = Arc::make_mut(&mut self.ended);
        ended.extend(tokens.iter().cloned());
        while ended.len() > ENDED_MAX {
            if let Some(oldest) = ended.pop_front() {
                self.grants.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ENDED_MAX, GrantTokens, OF_GRANT_MAX};
    use crate::access::GrantId;

    #[test]
    fn a_grant_that_is_created_again_and_again_has_its_latest_tokens() {
        let id: GrantId = "grant".parse().unwrap();
        let mut tokens = GrantTokens::default();
        for number in 0..=OF_GRANT_MAX {
            tokens.insert(format!("token-{number}"), id.clone());
        }
        assert_eq!(tokens.get("token-0"), None);
        for number in 1..=OF_GRANT_MAX {
            assert_eq!(tokens.get(&format!("token-{number}")), Some(&id));
        }
        tokens.end(&id);
        assert_eq!(tokens.iter().count(), OF_GRANT_MAX);
    }

    #[test]
    fn the_tokens_of_ended_grants_are_forgotten_at_last() {
        let id = |number: usize| -> GrantId { format!("grant-{number}").parse().unwrap() };
        let mut tokens = GrantTokens::default();
        tokens.insert("stays".to_owned(), id(ENDED_MAX + 2));
        for number in 0..=ENDED_MAX {
            tokens.insert(format!("token-{number}"), id(number));
            tokens.end(&id(number));
            assert_eq!(tokens.get(&format!("token-{number}")), Some(&id(number)));
        }
        assert_eq!(tokens.get("token-0"), None);
        assert_eq!(tokens.get("token-1"), Some(&id(1)));
        assert_eq!(tokens.get("stays"), Some(&id(ENDED_MAX + 2)));
        assert_eq!(tokens.iter().count(), ENDED_MAX + 1);
    }
}
