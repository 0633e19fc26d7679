//! `GenerateRandom`

use crate::access::Action;
use crate::constraints::Constraints;
use crate::error::{KmsError, ValidationError};
use crate::keyring::NUMBER_OF_BYTES;
use crate::secret::Plaintext;

use super::Control;
use super::custom_key_stores::refuse_custom_key_store;
use super::model::CUSTOM_KEY_STORE_ID;

impl Control<'_> {
    pub(crate) fn generate_random(
        &self,
        number_of_bytes: Option<i64>,
        custom_key_store_id: Option<&str>,
    ) -> Result<Plaintext, KmsError> {
        let (min, max) = NUMBER_OF_BYTES.into_inner();
        let mut constraints = Constraints::default();
        let number: Option<u16> = number_of_bytes
            .and_then(|number| constraints.number("numberOfBytes", number, min.into(), max.into()));
        let store = custom_key_store_id;
        constraints.optional_text("customKeyStoreId", store, &CUSTOM_KEY_STORE_ID);
        constraints.finish(|| Some(()))?;
        self.authorize_listing(Action::GenerateRandom)?;
        let number = number.ok_or(ValidationError::NumberOfBytesRequired)?;
        refuse_custom_key_store([("CustomKeyStoreId", store)])?;
        self.keyring.generate_random(number)
    }
}
