//! A compile-time check that private keys can be neither cloned nor compared.

use super::rsa_key::RsaKey;
use super::sm2_key::Sm2Key;

/// Does not compile if the type has the trait: two implementations of `Either` then apply, and the call is ambiguous.
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
