//! [`CurveKey`]: a key of a Weierstrass curve, and how it is generated, imported and exported.

use core::fmt;

use rand_core::TryRng;
use sm2::elliptic_curve::bigint::Encoding;
use sm2::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use sm2::elliptic_curve::{
    ALGORITHM_OID, AffinePoint, CurveArithmetic, FieldBytes, FieldBytesSize, NonZeroScalar,
    PublicKey, SecretKey,
};
use sm2::pkcs8::{AssociatedOid, EncodePrivateKey, EncodePublicKey};
use zeroize::Zeroizing;

use super::asymmetric::PrivateKey;
use super::draws::Draws;
use super::failure::internal;
use super::private_key::{InvalidPrivateKey, private_key_info};
use crate::key::KeySpec;
use crate::provider::KeyActionError;
use crate::random::Random;

/// A key of one curve. It is wiped when it is dropped and prints nothing.
pub(crate) struct CurveKey<C: CurveArithmetic> {
    secret: SecretKey<C>,
    public: PublicKey<C>,
}

impl<C: CurveArithmetic> CurveKey<C> {
    /// The private scalar.
    pub(crate) fn scalar(&self) -> Zeroizing<NonZeroScalar<C>> {
        Zeroizing::new(self.secret.to_nonzero_scalar())
    }

    /// The public point.
    pub(crate) const fn public(&self) -> &PublicKey<C> {
        &self.public
    }

    pub(crate) fn from_secret(secret: SecretKey<C>) -> Self {
        let public = secret.public_key();
        Self { secret, public }
    }
}

/// All methods ignore the spec, since the keys of a curve have only one.
impl<C> PrivateKey for CurveKey<C>
where
    C: AssociatedOid + CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    fn generate(_: KeySpec, random: Random<'_>) -> Result<Self, KeyActionError> {
        // Uses neither `SecretKey`'s own generation, which accepts zero, nor that of its scalars, which draws all bits
        // of the octets: 7 of P-521's 528 bits are always zero, so it would draw 128 times.
        let mut draws = Draws::new(random);
        let mask = first_octet_mask::<C>();
        loop {
            let mut octets = Zeroizing::new(FieldBytes::<C>::default());
            draws.try_fill_bytes(&mut octets)?;
            if let Some(first) = octets.first_mut() {
                *first &= mask;
            }
            // Refuses zero, and any number that is not below the order.
            if let Ok(secret) = SecretKey::from_bytes(&octets) {
                return Ok(Self::from_secret(secret));
            }
        }
    }

    /// A key from PKCS#8. A public key that comes with it must be the right one.
    fn from_pkcs8_der(_: KeySpec, der: &[u8]) -> Result<Self, InvalidPrivateKey> {
        let info = private_key_info(der)?;
        info.algorithm
            .assert_oids(ALGORITHM_OID, C::OID)
            .map_err(|_| InvalidPrivateKey::Algorithm)?;
        SecretKey::try_from(info)
            .map(Self::from_secret)
            .map_err(|_| InvalidPrivateKey::Inconsistent)
    }

    fn to_pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, KeyActionError> {
        self.secret
            .to_pkcs8_der()
            .map(|document| document.to_bytes())
            .map_err(|error| internal("the private key cannot be encoded", error))
    }

    fn public_key_der(&self) -> Result<Vec<u8>, KeyActionError> {
        self.public
            .to_public_key_der()
            .map(|document| document.into_vec())
            .map_err(|error| internal("the public key cannot be encoded", error))
    }
}

/// The bits of a scalar's first octet that can be set.
fn first_octet_mask<C: CurveArithmetic>() -> u8 {
    let order = C::ORDER.as_ref().to_be_bytes();
    let first = order.as_ref().iter().find(|octet| **octet != 0);
    first.map_or(0, |first| u8::MAX >> first.leading_zeros())
}

impl<C: CurveArithmetic> fmt::Debug for CurveKey<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CurveKey(..)")
    }
}
