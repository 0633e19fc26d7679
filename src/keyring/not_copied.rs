//! Keys are neither copied nor compared: this does not compile if one of them can be.

use super::create::NewKey;
use crate::primitives::key_pair::KeyPair;
use crate::primitives::symmetric::SymmetricMaterial;

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
    KeyPair: Clone;
    KeyPair: PartialEq;
    NewKey: Clone;
    NewKey: PartialEq;
    SymmetricMaterial: Clone;
    SymmetricMaterial: PartialEq;
}
