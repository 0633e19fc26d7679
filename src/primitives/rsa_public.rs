//! RSAEP (RFC 8017 section 5.1.1): a number raised to the public exponent.
//!
//! The `rsa` crate treats every exponent as a secret, with a table of sixteen powers that it reads as a whole at every
//! step. A public exponent needs no such care: square-and-multiply takes one squaring per bit, and with 65537 one more
//! multiplication, which takes less than half the time. That time depends on the exponent and the modulus only.

use crypto_bigint::modular::BoxedMontyForm;
use crypto_bigint::{MontyForm, MontyMultiplier};
use rsa::BoxedUint;
use rsa::traits::PublicKeyParts;
use zeroize::Zeroizing;

/// `number ^ e mod n`. The number has the modulus's own width, and is wiped.
pub(crate) fn raise_to_public_exponent(key: &impl PublicKeyParts, number: BoxedUint) -> BoxedUint {
    let (params, exponent) = (key.n_params(), key.e());
    let base = Zeroizing::new(BoxedMontyForm::new(number, params));
    let mut power = base.clone();
    let mut multiplier = <BoxedMontyForm as MontyForm>::Multiplier::from(params);
    // The top bit is the base itself.
    for bit in (0..exponent.bit_width_vartime().saturating_sub(1)).rev() {
        multiplier.square_assign(&mut power);
        if exponent.bit_vartime(bit) {
            multiplier.mul_assign(&mut power, &base);
        }
    }
    power.retrieve()
}

#[cfg(test)]
mod tests {
    use rsa::hazmat::rsa_encrypt;
    use rsa::traits::PublicKeyParts;
    use rsa::{BoxedUint, PublicKey};

    use super::raise_to_public_exponent;
    use crate::primitives::fixtures::{RSA_SPECS, rsa};

    #[test]
    fn every_modulus_and_exponent_gives_what_the_rsa_crate_computes() {
        let mut compared = 0;
        for spec in RSA_SPECS {
            let numbers = rsa(spec).numbers();
            let (modulus, bits) = (numbers.n().as_ref(), numbers.n_bits_precision());
            let one = BoxedUint::one_with_precision(bits);
            let some = BoxedUint::from_be_slice(&vec![0x5a; numbers.size()], bits).unwrap();
            // The smallest and the largest exponent that a key may have, the usual one, and one with many bits set.
            for exponent in [3_u64, 65537, 0xdead_beef, (1 << 33) - 1] {
                let key = PublicKey::new(modulus.clone(), BoxedUint::from(exponent)).unwrap();
                for number in [
                    BoxedUint::zero_with_precision(bits),
                    one.clone(),
                    some.clone(),
                    modulus.wrapping_sub(&one),
                ] {
                    let expected = rsa_encrypt(&key, &number).unwrap();
                    assert_eq!(raise_to_public_exponent(&key, number), expected);
                    compared += 1;
                }
            }
        }
        assert_eq!(compared, 3 * 4 * 4);
    }
}
