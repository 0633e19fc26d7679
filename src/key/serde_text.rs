//! [`serde_as_text`]: identifiers and enums for serde, as the texts that AWS writes.

/// Implements serde's traits by the type's own `Display` and `FromStr`, so what is read has passed the type's own
/// checks.
macro_rules! serde_as_text {
    ($($name:ty),+ $(,)?) => {$(
        #[cfg(feature = "json")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        #[cfg(feature = "json")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}
pub(crate) use serde_as_text;
