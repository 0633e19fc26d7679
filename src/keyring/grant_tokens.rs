//! [`GrantTokens`]: maps grant tokens to their grants.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::access::GrantId;
use crate::key::KeyArn;

use super::map::Map;

/// The number of tokens of ended grants that a ring remembers.
const ENDED_MAX: usize = 1000;

/// The number of tokens of one grant that a ring knows.
const OF_GRANT_MAX: usize = 100;

/// A grant that has not ended.
#[derive(Clone, Debug)]
struct Living {
    key: KeyArn,
    tokens: Arc<[String]>,
}

/// The grant tokens of a ring.
///
/// A token ends with its grant. An ended token has no effect, but is not invalid either (INFERRED: a token identifies
/// its grant to AWS). A ring cannot remember all of them forever, so it remembers the last thousand. An older token is
/// treated as one that was never issued (GUESS 48). So is a token of a grant that was created again a hundred times
/// since: each repetition returns a new token, and all of them serve the same purpose (DOC).
#[derive(Clone, Debug, Default)]
pub(crate) struct GrantTokens {
    grants: Map<String, GrantId>,
    /// The grants that have not ended and have tokens, the oldest token first.
    living: Map<GrantId, Living>,
    /// The tokens that have ended, oldest first.
    ended: Arc<VecDeque<String>>,
}

impl GrantTokens {
    /// The grant of a token, whether it has ended or not.
    pub(crate) fn get(&self, token: &str) -> Option<&GrantId> {
        self.grants.get(&token.to_owned())
    }

    /// The key of a grant that has tokens and has not ended.
    pub(crate) fn key(&self, grant: &GrantId) -> Option<&KeyArn> {
        self.living.get(grant).map(|living| &living.key)
    }

    /// All tokens that are known, in no order.
    #[cfg(any(test, feature = "snapshot"))]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &GrantId)> {
        self.grants.iter()
    }

    /// Inserts a token of a grant on a key.
    pub(crate) fn insert(&mut self, token: String, grant: GrantId, key: KeyArn) {
        let others = self
            .living
            .get(&grant)
            .map(|living| Arc::clone(&living.tokens));
        let others = others.unwrap_or_default();
        let forgotten = (others.len() + 1).saturating_sub(OF_GRANT_MAX);
        let (forgotten, kept) = others.split_at_checked(forgotten).unwrap_or_default();
        for token in forgotten {
            self.grants.remove(token);
        }
        let tokens = kept.iter().cloned().chain([token.clone()]).collect();
        self.living.insert(grant.clone(), Living { key, tokens });
        self.grants.insert(token, grant);
    }

    /// Inserts a token of a grant that has ended.
    #[cfg(all(feature = "testing", feature = "json"))]
    pub(crate) fn insert_ended(&mut self, token: String, grant: GrantId) {
        self.grants.insert(token.clone(), grant);
        self.remember_ended(core::slice::from_ref(&token));
    }

    /// Ends the tokens of a grant.
    pub(crate) fn end(&mut self, grant: &GrantId) {
        if let Some(Living { tokens, .. }) = self.living.get(grant).cloned() {
            self.living.remove(grant);
            self.remember_ended(&tokens);
        }
    }

    fn remember_ended(&mut self, tokens: &[String]) {
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
    use crate::key::KeyArn;

    fn key() -> KeyArn {
        let arn = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        arn.parse().unwrap()
    }

    #[test]
    fn a_grant_that_is_created_again_and_again_has_its_latest_tokens() {
        let id: GrantId = "grant".parse().unwrap();
        let mut tokens = GrantTokens::default();
        for number in 0..=OF_GRANT_MAX {
            tokens.insert(format!("token-{number}"), id.clone(), key());
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
        tokens.insert("stays".to_owned(), id(ENDED_MAX + 2), key());
        for number in 0..=ENDED_MAX {
            tokens.insert(format!("token-{number}"), id(number), key());
            assert_eq!(tokens.key(&id(number)), Some(&key()));
            tokens.end(&id(number));
            assert_eq!(tokens.get(&format!("token-{number}")), Some(&id(number)));
            assert_eq!(tokens.key(&id(number)), None);
        }
        assert_eq!(tokens.get("token-0"), None);
        assert_eq!(tokens.get("token-1"), Some(&id(1)));
        assert_eq!(tokens.get("stays"), Some(&id(ENDED_MAX + 2)));
        assert_eq!(tokens.iter().count(), ENDED_MAX + 1);
    }
}
