//! `DescribeCustomKeyStores`, of an account that has none.

use core::convert::Infallible;

use crate::access::Action;
use crate::constraints::Constraints;
use crate::error::KmsError;

use super::Control;
use super::model::{CUSTOM_KEY_STORE_ID, CUSTOM_KEY_STORE_NAME};
use super::page::{Page, PageLen, PageRequest};

impl Control<'_> {
    /// A page without custom key stores. One that is named is not found.
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
        let named = [("CustomKeyStoreId", id), ("CustomKeyStoreName", name)];
        match named.into_iter().find(|(_, value)| value.is_some()) {
            Some((member, _)) => Err(KmsError::CustomKeyStoreNotFound { member }),
            None => page.of(Vec::new(), LEN, |store: &Infallible| match *store {}),
        }
    }
}
