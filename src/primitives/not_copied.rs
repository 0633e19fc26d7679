//! Private keys are neither copied nor compared: this does not compile if one of them can be.

use super::rsa_key::RsaKey;
use super::sm2_key::Sm2Key;

/// Two functions of one name if the type has the trait, and then nothing tells which one is meant.
macro_rules! assert_not_impl {
    ($($type:ty: $trait:path;)+) => {
        $(const _: fn() = || {
            struct HasTheTrait;
            trait Either<Which> {
                fn which() {}
            }
            impl<T: ?Sized> Either<()> for T {}
            impl<T: ?Sized + $trait> Either<HasTheTrait> for T {}
            let _ = <$type as Either<_>>::which;
        };)+
    };
}

assert_not_impl! {
    RsaKey: Clone;
    RsaKey: PartialEq;
    Sm2Key: Clone;
    Sm2Key: PartialEq;
}
