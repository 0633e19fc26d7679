//! [`Session`]: one operation of one caller, over one view of the keys.

use core::cell::OnceCell;
use std::time::SystemTime;

use crate::access::{Action, Caller, Explanations, GrantId, ResourceControls};
use crate::error::{DeniedResource, KmsError};
use crate::iam::{Denial, Layer};
use crate::key::{KeyArn, KeyIdentifier, KeyMaterialId, Place};
use crate::provider::{KeyProviderError, KeyRef, KeyView, PendingUse};
use crate::random::Random;
use crate::resolve::{self, Unresolved};
use crate::secret::Plaintext;

use super::trail::{FoundKey, Trail};

/// What names the key in a request. A refusal says less about a key that only the ciphertext names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NamedBy {
    /// An identifier in the request.
    Request,
    /// Only the ciphertext.
    Ciphertext,
}

/// The caller of an operation, and what decides about the caller's permissions.
#[derive(Clone, Copy)]
pub(crate) struct Actor<'v> {
    pub(crate) caller: &'v Caller,
    /// The caller's account and the endpoint's Region.
    pub(crate) place: &'v Place,
    pub(crate) controls: &'v ResourceControls,
    /// Where to collect explanations of decisions; `None` if the handle does not explain.
    pub(crate) explanations: Option<&'v Explanations>,
    /// Returns the time of the provider's clock, for conditions on the time.
    pub(crate) clock: &'v dyn Fn() -> Option<SystemTime>,
}

/// One operation of one caller, over one view of the keys.
pub(crate) struct Session<'v> {
    view: &'v dyn KeyView,
    actor: Actor<'v>,
    random: Random<'v>,
    /// The time of the operation. It is read only when it is needed, since reading a clock takes as long as some of the
    /// checks.
    now: OnceCell<Option<SystemTime>>,
    presented_grants: Vec<GrantId>,
    /// Where to note the keys that are found; `None` without an observer.
    trail: Option<&'v Trail>,
}

impl<'v> Session<'v> {
    /// A session that notes in `trail` the keys that it finds, if there is an observer.
    pub(crate) const fn new(
        view: &'v dyn KeyView,
        actor: Actor<'v>,
        random: Random<'v>,
        trail: Option<&'v Trail>,
    ) -> Self {
        Self {
            view,
            actor,
            random,
            now: OnceCell::new(),
            presented_grants: Vec::new(),
            trail,
        }
    }

    /// Presents the grants behind some tokens.
    ///
    /// An unknown token fails the request, even if the request would be allowed without it (GUESS 2: a strict answer
    /// reveals the caller's mistake).
    pub(crate) fn present(&mut self, tokens: &[String]) -> Result<(), KmsError> {
        for token in tokens {
            let grant = self
                .view
                .grant_of_token(token)
                .map_err(|error| match error {
                    KeyProviderError::NotFound => KmsError::InvalidGrantToken,
                    error => resolve::failure(error),
                })?;
            self.presented_grants.push(grant);
        }
        Ok(())
    }

    /// The key that an identifier names, as this caller sees it.
    pub(crate) fn key(&self, identifier: &KeyIdentifier) -> Result<KeyRef<'v>, Unresolved> {
        resolve::named_key(self.view, self.actor.place, identifier)
    }

    /// Whether an identifier stands for this key. `None` if it does not resolve to a key ARN. Whether the key exists
    /// makes no difference.
    pub(super) fn is_named(&self, key: &KeyArn, identifier: &KeyIdentifier) -> Option<bool> {
        match identifier {
            // The key is in the Region of the endpoint, and an ARN of another Region does not resolve there.
            KeyIdentifier::KeyArn(arn) => (arn.region() == key.region()).then(|| arn == key),
            identifier => resolve::key_arn(self.view, self.actor.place, identifier)
                .ok()
                .map(|arn| arn == *key),
        }
    }

    /// The refusal of a permission: texts T1 to T5.
    pub(super) fn denied(
        &self,
        action: Action,
        key: &KeyArn,
        named_by: NamedBy,
        reason: Denial,
    ) -> KmsError {
        match named_by {
            NamedBy::Ciphertext => {
                let resource = DeniedResource::from_ciphertext(reason);
                self.access_denied(action, resource)
            }
            NamedBy::Request => resolve::denied(self.actor.caller, action, key, reason),
        }
    }

    /// The refusal of an identifier that does not resolve to a key.
    pub(super) fn unresolved(&self, action: Action, error: Unresolved) -> KmsError {
        match error {
            Unresolved::NotFound(error) => error.into(),
            Unresolved::OtherAccount => self.access_denied(action, DeniedResource::OtherAccount),
            Unresolved::Provider(error) => resolve::failure(error),
        }
    }

    /// The refusal of a ciphertext whose key is missing. It must not reveal that the key is missing (GUESS 17 for the
    /// text, T5).
    pub(super) fn unknown_material(&self, action: Action, error: KeyProviderError) -> KmsError {
        match error {
            KeyProviderError::NotFound => {
                let reason = Denial {
                    layer: Layer::ResourcePolicy,
                    explicit: false,
                };
                let resource = DeniedResource::from_ciphertext(reason);
                self.access_denied(action, resource)
            }
            error => resolve::failure(error),
        }
    }

    /// Fresh random bytes, which are kept as a secret.
    pub(crate) fn random_bytes(&self, len: usize) -> Result<Plaintext, KmsError> {
        let mut bytes = Plaintext::from_vec(vec![0; len]);
        self.random
            .fill(bytes.expose_mut())
            .map_err(KmsError::internal)?;
        Ok(bytes)
    }

    pub(crate) const fn random(&self) -> Random<'v> {
        self.random
    }

    /// Notes the key for decryption.
    pub(super) fn note_source(&self, arn: &KeyArn, material: Option<&KeyMaterialId>) {
        if let Some(trail) = self.trail {
            trail.leave_source(FoundKey::new(arn, material));
        }
    }

    /// Notes the key for encryption.
    pub(super) fn note_destination(&self, arn: &KeyArn, material: Option<&KeyMaterialId>) {
        if let Some(trail) = self.trail {
            trail.leave_destination(FoundKey::new(arn, material));
        }
    }

    /// Notes the key that the request names, in operations that do not use it.
    pub(super) fn note_named(&self, arn: &KeyArn) {
        if let Some(trail) = self.trail {
            trail.leave_named(FoundKey::new(arn, None));
        }
    }

    /// The use of a key by an operation, to be noted when the operation has succeeded.
    pub(super) fn begin_use<'k>(
        &self,
        key: &'k KeyRef<'_>,
        action: Action,
    ) -> Option<PendingUse<'k>> {
        key.last_usage()?.begin(action.operation()?, self.now())
    }

    pub(super) const fn view(&self) -> &'v dyn KeyView {
        self.view
    }

    pub(super) const fn caller(&self) -> &'v Caller {
        self.actor.caller
    }

    /// The caller's account and the endpoint's Region.
    pub(super) const fn place(&self) -> &'v Place {
        self.actor.place
    }

    /// The resource control policies of accounts.
    pub(super) const fn controls(&self) -> &'v ResourceControls {
        self.actor.controls
    }

    /// Whether a decision that follows from the caller and the key policy alone may be taken without looking further.
    pub(super) fn takes_shortcuts(&self) -> bool {
        self.actor.explanations.is_none() && self.actor.controls.are_empty()
    }

    /// Where to collect explanations of decisions; `None` if the handle does not explain.
    pub(super) const fn explanations(&self) -> Option<&'v Explanations> {
        self.actor.explanations
    }

    pub(super) fn now(&self) -> Option<SystemTime> {
        *self.now.get_or_init(self.actor.clock)
    }

    pub(super) fn presented_grants(&self) -> &[GrantId] {
        &self.presented_grants
    }

    fn access_denied(&self, action: Action, resource: DeniedResource) -> KmsError {
        resolve::access_denied(self.actor.caller, action, resource)
    }
}
