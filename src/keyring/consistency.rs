//! Eventual consistency, on demand.

use std::sync::Arc;

use crate::error::KmsError;

use super::key::SoftwareKey;
use super::ring::Keyring;
use super::snapshot::Snapshot;

/// Eventual consistency.
impl Keyring {
    /// Delays the effect of changes from now on, as AWS does: new keys, new, changed and deleted aliases, and new and
    /// retired grants take effect only after [`settle`](Self::settle). The ring's own methods show them at once, as
    /// most control operations of KMS do.
    ///
    /// A grant takes effect at once in requests that carry its token, so a test can find code that forgets to pass the
    /// token on.
    ///
    /// ```
    /// use kms_reencrypt::{GenerateDataKeyRequest, Keyring, KeySpec, Kms, KmsError};
    ///
    /// let keyring = Keyring::new("111122223333", "us-east-2")?;
    /// keyring.make_changes_slow();
    /// let key = keyring.create_key(KeySpec::SymmetricDefault)?;
    ///
    /// let kms = Kms::new(keyring.clone());
    /// let request = GenerateDataKeyRequest::builder().key_id(key).number_of_bytes(32).build()?;
    /// assert!(matches!(kms.generate_data_key(&request), Err(KmsError::NotFound(_))));
    /// keyring.settle();
    /// assert!(kms.generate_data_key(&request).is_ok());
    /// # Ok::<(), KmsError>(())
    /// ```
    #[doc(alias("eventual consistency", "propagation"))]
    pub fn make_changes_slow(&self) {
        self.change(|snapshot| snapshot.slow = true);
    }

    /// Makes all changes so far take effect. Later changes are delayed again.
    pub fn settle(&self) {
        self.change(Snapshot::settle);
    }

    /// Makes all changes take effect at once, including those made so far, as in a new ring.
    pub fn make_changes_fast(&self) {
        // In a single change: if there were two, a change that another thread made in between would stay invisible
        // forever.
        self.change(|snapshot| {
            snapshot.settle();
            snapshot.slow = false;
        });
    }

    /// Makes a change that cannot fail.
    fn change(&self, change: impl FnOnce(&mut Snapshot)) {
        let result: Result<(), KmsError> = self.write(|snapshot| {
            change(snapshot);
            Ok(())
        });
        debug_assert!(result.is_ok());
    }
}

impl Snapshot {
    fn settle(&mut self) {
        let unsettled: Vec<Arc<SoftwareKey>> = self
            .keys()
            .filter(|key| !key.is_settled())
            .cloned()
            .collect();
        for key in unsettled {
            let mut key = SoftwareKey::clone(&key);
            for grant in key.departed_grants.iter() {
                self.grant_tokens.end(grant);
                key.grants.remove(grant);
            }
            key.visible = true;
            key.grants.settle();
            key.departed_grants = Arc::default();
            self.put(key);
        }
        let unsettled: Vec<_> = self
            .aliases
            .iter()
            .filter(|(_, entry)| !entry.is_settled())
            .map(|(alias, entry)| (alias.clone(), entry.settled()))
            .collect();
        for (alias, entry) in unsettled {
            match entry {
                Some(entry) => self.aliases.insert(alias, entry),
                None => self.aliases.remove(&alias),
            }
        }
    }
}

impl SoftwareKey {
    fn is_settled(&self) -> bool {
        self.visible
            && self.departed_grants.is_empty()
            && self.grants.iter().all(crate::access::Grant::is_consistent)
    }
}
