//! [`Grants`]: the grants on a key.

use core::fmt;
use core::ops::ControlFlow;

use super::{Caller, Grant};

/// The function that a visit calls with each grant.
pub type VisitGrant<'v, 'g> = &'v mut dyn FnMut(&'g Grant) -> ControlFlow<()>;

/// The grants on a key. There may be many: AWS allows 50,000 for a key.
///
/// A list of grants implements it. Implement it yourself if you can find the grants of one grantee faster than by looking
/// at all of them.
pub trait Grants: fmt::Debug {
    /// Calls `visit` with every grant, until it breaks.
    fn visit<'g>(&'g self, visit: VisitGrant<'_, 'g>);

    /// Calls `visit` with the grants whose grantee may be the caller, until it breaks. It may also visit others, as the
    /// default does, which visits all: a grant that does not name the caller has no effect.
    fn visit_for<'g>(&'g self, caller: &Caller, visit: VisitGrant<'_, 'g>) {
        let _ = caller;
        self.visit(visit);
    }
}

/// A key without grants.
pub(crate) const NO_GRANTS: &dyn Grants = &NONE;

static NONE: [Grant; 0] = [];

impl Grants for &[Grant] {
    fn visit<'g>(&'g self, visit: VisitGrant<'_, 'g>) {
        let _ = self.iter().try_for_each(visit);
    }
}

impl Grants for Vec<Grant> {
    fn visit<'g>(&'g self, visit: VisitGrant<'_, 'g>) {
        let _ = self.iter().try_for_each(visit);
    }
}

impl<const N: usize> Grants for [Grant; N] {
    fn visit<'g>(&'g self, visit: VisitGrant<'_, 'g>) {
        let _ = self.iter().try_for_each(visit);
    }
}
