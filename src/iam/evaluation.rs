//! [`Evaluation`]: a request while policies are held against it.

use core::cell::{Cell, OnceCell};
use std::borrow::Cow;

use super::{ContextKey, Presence, RequestContext, Requester};

/// A request, what was found out about it, and what that took.
pub(super) struct Evaluation<'a> {
    request: &'a dyn RequestContext,
    requester: &'a Requester,
    resource: OnceCell<Cow<'a, str>>,
    pub(super) steps: Steps,
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(request: &'a dyn RequestContext) -> Self {
        Self {
            request,
            requester: request.requester(),
            resource: OnceCell::new(),
            steps: Steps::default(),
        }
    }

    pub(super) const fn requester(&self) -> &'a Requester {
        self.requester
    }

    pub(super) fn action(&self) -> &'a str {
        self.request.action()
    }

    /// The ARN of the resource, written out once.
    pub(super) fn resource(&self) -> &str {
        self.resource.get_or_init(|| self.request.resource())
    }

    pub(super) fn values(&self, key: &ContextKey, visit: &mut dyn FnMut(&str)) -> Presence {
        self.request.values(key, visit)
    }

    /// The value of a policy variable. Only a single-valued key has one (IAM User Guide, policy variables).
    pub(super) fn variable(&self, key: &ContextKey) -> Option<String> {
        if self.request.is_multivalued(key) {
            return None;
        }
        let mut values = 0;
        let mut only = None;
        self.values(key, &mut |value| {
            values += 1;
            only = (values == 1).then(|| value.to_owned());
        });
        only
    }
}

/// How much work an evaluation has taken. A step is about the comparison of a few bytes.
///
/// A document of 32 KB can hold thousands of patterns, and a request thousands of values. What would take longer than a
/// few milliseconds is given up, and the request is denied.
#[derive(Debug, Default)]
pub(super) struct Steps(Cell<usize>);

impl Steps {
    /// About a nanosecond each. The largest of the key policies that people publish takes some hundred.
    const LIMIT: usize = 4_000_000;

    pub(super) fn take(&self, steps: usize) {
        self.0.set(self.0.get().saturating_add(steps));
    }

    /// The steps of one comparison with a text.
    pub(super) fn compare(&self, text: &str) {
        self.take(1 + text.len() / 16);
    }

    pub(super) fn are_exhausted(&self) -> bool {
        self.0.get() > Self::LIMIT
    }
}
