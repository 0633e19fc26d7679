//! Custom key stores, which no account has here: `DescribeCustomKeyStores`, and the refusal of members that name one.

use core::convert::Infallible;

use crate::access::Action;
use crate::constraints::Constraints;
use crate::error::KmsError;

use super::Control;
use super::model::{CUSTOM_KEY_STORE_ID, CUSTOM_KEY_STORE_NAME};
use super::page::{Page, PageLen, PageRequest};

impl Control<'_> {
    /// An empty page. A custom key store that the request names is not found.
    pub(crate) fn describe_custom_key_stores(
        &self,
        id: Option<&str>,
        name: Option<&str>,
        page: &PageRequest<'_>,
    ) -> Result<Page<Infallible>, KmsError> {
        const LEN: PageLen = PageLen {
            default: 1000,
            max: 1000,
        };
        let mut constraints = Constraints::default();
        constraints.optional_text("customKeyStoreId", id, &CUSTOM_KEY_STORE_ID);
        constraints.optional_text("customKeyStoreName", name, &CUSTOM_KEY_STORE_NAME);
        page.check(&mut constraints);
        constraints.finish(|| Some(()))?;
        self.authorize_listing(Action::DescribeCustomKeyStores)?;
        refuse_custom_key_store([("CustomKeyStoreId", id), ("CustomKeyStoreName", name)])?;
        page.of(Vec::new(), LEN, |store: &Infallible| match *store {})
    }
}

/// Refuses a request if one of these members is present: it is about a custom key store.
pub(super) fn refuse_custom_key_store<const N: usize>(
    members: [(&'static str, Option<&str>); N],
) -> Result<(), KmsError> {
    match members.into_iter().find(|(_, value)| value.is_some()) {
        Some((member, _)) => Err(KmsError::CustomKeyStoreNotFound { member }),
        None => Ok(()),
    }
}
