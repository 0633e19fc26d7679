//! Random bytes that belong to no key.

use crate::constraints::Constraints;
use crate::error::KmsError;
use crate::secret::Plaintext;

use super::ring::Keyring;

/// How many bytes one call gives: `NumberOfBytesType`.
pub(crate) const NUMBER_OF_BYTES: core::ops::RangeInclusive<u16> = 1..=1024;

impl Keyring {
    /// 1 to 1024 bytes of the ring's random source: `GenerateRandom`.
    ///
    /// ```
    /// use kms_reencrypt::Keyring;
    ///
    /// let keyring = Keyring::new("111122223333", "us-east-2")?;
    /// assert_eq!(keyring.generate_random(32)?.len(), 32);
    /// # Ok::<(), kms_reencrypt::KmsError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`KmsError::Validation`] if the number of bytes is out of range; [`KmsError::KmsInternal`] if the random source fails.
    pub fn generate_random(&self, number_of_bytes: u16) -> Result<Plaintext, KmsError> {
        let (min, max) = NUMBER_OF_BYTES.into_inner();
        let mut constraints = Constraints::default();
        let len = number_of_bytes.into();
        let len = constraints.number("numberOfBytes", len, min.into(), max.into());
        let mut bytes = Plaintext::from_vec(vec![0; constraints.finish(|| len)?]);
        let filled = self.random().fill(bytes.expose_mut());
        filled.map_err(KmsError::internal)?;
        Ok(bytes)
    }
}
