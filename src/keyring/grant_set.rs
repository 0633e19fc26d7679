//! [`GrantSet`]: the grants on a key of the ring.

use core::iter;
use std::sync::Arc;

use rpds::RedBlackTreeMapSync;

use crate::access::{Caller, Grant, GrantId, GranteeKey, Grants, VisitGrant};

use super::map::{Map, MapKey};

/// The grants on a key, oldest first. A change costs the same whether there are ten or 50,000, and so do look-ups by id, by
/// name and for a caller.
///
/// Most keys have none, and take no memory for them.
#[derive(Clone, Debug, Default)]
pub(crate) struct GrantSet(Option<Arc<Indexed>>);

#[derive(Clone, Debug, Default)]
struct Indexed {
    grants: ByAge,
    ages: Map<GrantId, u64>,
    grantees: Map<GranteeKey, ByAge>,
    names: Map<String, ByAge>,
}

/// Grants by a number that grows with each new one.
type ByAge = RedBlackTreeMapSync<u64, Arc<Grant>>;

impl GrantSet {
    /// All grants, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Grant> {
        let grants = self.0.iter();
        grants.flat_map(|indexed| indexed.grants.values().map(|grant| &**grant))
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.iter().count()
    }

    pub(crate) fn get(&self, id: &GrantId) -> Option<&Grant> {
        let indexed = self.0.as_ref()?;
        let age = indexed.ages.get(id)?;
        indexed.grants.get(age).map(|grant| &**grant)
    }

    /// The grants with a name, oldest first.
    pub(super) fn named(&self, name: &str) -> impl Iterator<Item = &Grant> {
        let name = name.to_owned();
        let named = self.0.as_ref().and_then(|indexed| indexed.names.get(&name));
        named
            .into_iter()
            .flat_map(|grants| grants.values().map(|grant| &**grant))
    }

    /// Adds a grant whose id is new.
    pub(super) fn push(&mut self, grant: Grant) {
        let indexed = Arc::make_mut(self.0.get_or_insert_default());
        let age = indexed
            .grants
            .last()
            .map_or(0, |(age, _)| age.saturating_add(1));
        indexed.put(age, Arc::new(grant));
    }

    pub(super) fn remove(&mut self, id: &GrantId) {
        let Some(indexed) = &mut self.0 else {
            return;
        };
        let indexed = Arc::make_mut(indexed);
        indexed.remove(id);
        if indexed.grants.is_empty() {
            self.0 = None;
        }
    }

    /// Makes every grant consistent.
    pub(super) fn settle(&mut self) {
        let unsettled = self.0.iter().flat_map(|indexed| indexed.grants.iter());
        let settled: Vec<_> = unsettled
            .filter(|(_, grant)| !grant.is_consistent())
            .map(|(age, grant)| (*age, Grant::clone(grant).with_consistency(true)))
            .collect();
        let Some(indexed) = &mut self.0 else {
            return;
        };
        let indexed = Arc::make_mut(indexed);
        for (age, grant) in settled {
            indexed.put(age, Arc::new(grant));
        }
    }
}

impl Indexed {
    fn put(&mut self, age: u64, grant: Arc<Grant>) {
        self.ages.insert(grant.id().clone(), age);
        put_in(&mut self.grantees, grant.grantee().key(), age, &grant);
        if let Some(name) = grant.name() {
            put_in(&mut self.names, name.to_owned(), age, &grant);
        }
        self.grants.insert_mut(age, grant);
    }

    fn remove(&mut self, id: &GrantId) {
        let Some(age) = self.ages.get(id).copied() else {
            return;
        };
        let Some(grant) = self.grants.get(&age).cloned() else {
            return;
        };
        self.ages.remove(id);
        self.grants.remove_mut(&age);
        take_out(&mut self.grantees, &grant.grantee().key(), age);
        if let Some(name) = grant.name() {
            take_out(&mut self.names, &name.to_owned(), age);
        }
    }
}

impl FromIterator<Grant> for GrantSet {
    fn from_iter<I: IntoIterator<Item = Grant>>(grants: I) -> Self {
        let mut set = Self::default();
        grants.into_iter().for_each(|grant| set.push(grant));
        set
    }
}

impl Grants for GrantSet {
    fn visit<'g>(&'g self, visit: VisitGrant<'_, 'g>) {
        let _ = self.iter().try_for_each(visit);
    }

    fn visit_for<'g>(&'g self, caller: &Caller, visit: VisitGrant<'_, 'g>) {
        let Some(indexed) = &self.0 else {
            return;
        };
        let keys = caller.grantee_keys();
        let found = keys.filter_map(|key| indexed.grantees.get(&key));
        let _ = found
            .flat_map(ByAge::values)
            .try_for_each(|grant| visit(grant));
    }
}

fn put_in<K: MapKey + Clone>(index: &mut Map<K, ByAge>, key: K, age: u64, grant: &Arc<Grant>) {
    let grant = Arc::clone(grant);
    match index.get_mut(&key) {
        Some(grants) => grants.insert_mut(age, grant),
        None => index.insert(key, iter::once((age, grant)).collect()),
    }
}

fn take_out<K: MapKey + Clone>(index: &mut Map<K, ByAge>, key: &K, age: u64) {
    let Some(grants) = index.get_mut(key) else {
        return;
    };
    grants.remove_mut(&age);
    if grants.is_empty() {
        index.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use core::ops::ControlFlow;

    use super::GrantSet;
    use crate::access::{Caller, Grant, GrantOperation, Grants as _};
    use crate::key::{KeyMetadata, KeySpec, KeyUsage};

    fn grant(id: &str, grantee: &str, name: Option<&str>) -> Grant {
        let arn = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        let key = KeyMetadata::builder(
            arn.parse().unwrap(),
            KeySpec::SymmetricDefault,
            KeyUsage::EncryptDecrypt,
        );
        let account = "111122223333".parse().unwrap();
        let grant = Grant::builder(id.parse().unwrap(), account, grantee)
            .operation(GrantOperation::Encrypt);
        let grant = name.into_iter().fold(grant, |grant, name| grant.name(name));
        grant.build(&key.build()).unwrap()
    }

    fn ids<'g>(grants: impl IntoIterator<Item = &'g Grant>) -> Vec<&'g str> {
        grants
            .into_iter()
            .map(|grant| grant.id().as_str())
            .collect()
    }

    #[test]
    fn grants_are_found_by_id_by_name_and_for_a_caller() {
        let [alice, role, account] = [
            "arn:aws:iam::111122223333:user/alice",
            "arn:aws:iam::111122223333:role/team/auditor",
            "arn:aws:iam::111122223333:root",
        ];
        let all = [
            grant("g1", alice, Some("one")),
            grant("g2", role, None),
            grant("g3", alice, Some("one")),
            grant("g4", account, Some("two")),
        ];
        let mut set: GrantSet = all.into_iter().collect();
        let before = set.clone();
        let found = |set: &GrantSet, caller: &str| {
            let caller: Caller = caller.parse().unwrap();
            let mut found = Vec::new();
            set.visit_for(&caller, &mut |grant| {
                found.push(grant.id().to_string());
                ControlFlow::Continue(())
            });
            found.sort();
            found
        };
        assert_eq!(ids(set.iter()), ["g1", "g2", "g3", "g4"]);
        assert_eq!(ids(set.named("one")), ["g1", "g3"]);
        assert_eq!(found(&set, alice), ["g1", "g3", "g4"]);
        let session = "arn:aws:sts::111122223333:assumed-role/auditor/bob";
        assert_eq!(found(&set, session), ["g2", "g4"]);
        assert_eq!(
            found(&set, "arn:aws:iam::444455556666:user/alice"),
            Vec::<String>::new()
        );

        for id in ["g1", "g4", "g4", "g5"] {
            set.remove(&id.parse().unwrap());
        }
        assert_eq!(ids(set.iter()), ["g2", "g3"]);
        assert_eq!(ids(set.named("one")), ["g3"]);
        assert_eq!(ids(set.named("two")), Vec::<&str>::new());
        assert_eq!(set.get(&"g1".parse().unwrap()), None);
        assert_eq!(found(&set, alice), ["g3"]);
        assert_eq!(found(&before, alice), ["g1", "g3", "g4"]);
        let indexed = set.0.as_ref().unwrap();
        assert_eq!((indexed.grantees.len(), indexed.names.len()), (2, 1));
        for id in ["g2", "g3"] {
            set.remove(&id.parse().unwrap());
        }
        assert!(set.0.is_none());
    }

    #[test]
    fn a_grant_that_settles_keeps_its_place() {
        let alice = "arn:aws:iam::111122223333:user/alice";
        let new = |id| grant(id, alice, None);
        let mut set: GrantSet = [new("g1").with_consistency(false), new("g2")]
            .into_iter()
            .collect();
        set.settle();
        assert_eq!(ids(set.iter()), ["g1", "g2"]);
        assert!(set.iter().all(Grant::is_consistent));
        set.visit_for(&alice.parse().unwrap(), &mut |grant| {
            assert!(grant.is_consistent());
            ControlFlow::Continue(())
        });
    }
}
