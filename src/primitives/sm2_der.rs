//! The DER of an SM2 ciphertext (GM/T 0009):
//! `SEQUENCE { INTEGER x1, INTEGER y1, OCTET STRING C3, OCTET STRING C2 }`.
//!
//! The `sm2` crate accepts only one encoding of a ciphertext; the tests below check that.

use sm2::AffinePoint;
use sm2::elliptic_curve::point::AffineCoordinates;
use sm2::pkcs8::der::asn1::{AnyRef, OctetStringRef, UintRef};
use sm2::pkcs8::der::{self, Decode, Encode, Tag};
use sm2::pke::Cipher;

/// The parts of a ciphertext, if it is strict DER and its point is on the curve.
pub(crate) fn decode(ciphertext: &[u8]) -> Option<Cipher<'_>> {
    Cipher::from_der(ciphertext).ok()
}

/// Encodes a ciphertext from its parts.
///
/// Does not use [`Cipher`]: its only constructor from parts multiplies the point by the cofactor 1, which takes as long
/// as the encryption.
///
/// # Errors
///
/// If a part is too long for a length in DER.
pub(crate) fn encode(point: &AffinePoint, c3: &[u8], c2: &[u8]) -> der::Result<Vec<u8>> {
    let members = [
        UintRef::new(&point.x())?.to_der()?,
        UintRef::new(&point.y())?.to_der()?,
        OctetStringRef::new(c3)?.to_der()?,
        OctetStringRef::new(c2)?.to_der()?,
    ];
    AnyRef::new(Tag::Sequence, &members.concat())?.to_der()
}

#[cfg(test)]
mod tests {
    use sm2::elliptic_curve::sec1::{FromSec1Point, ToSec1Point};
    use sm2::{AffinePoint, Sec1Point};

    use super::{decode, encode};
    use crate::primitives::fixtures::unhex;

    /// A DER value with a length of the shortest form.
    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let len = u8::try_from(content.len()).unwrap();
        let head: &[u8] = if len < 0x80 {
            &[tag, len]
        } else {
            &[tag, 0x81, len]
        };
        [head, content].concat()
    }

    fn sequence(members: &[&[u8]]) -> Vec<u8> {
        der(0x30, &members.concat())
    }

    /// A number in its shortest form.
    fn integer(octets: &[u8]) -> Vec<u8> {
        let zeros = octets.iter().take_while(|octet| **octet == 0).count();
        match octets.get(zeros..).unwrap() {
            number @ [0..0x80, ..] => der(2, number),
            number => der(2, &[&[0], number].concat()),
        }
    }

    /// The point with this x and an even y, if there is one.
    fn point_at(x: &[u8; 32]) -> Option<AffinePoint> {
        let encoded = Sec1Point::from_bytes([&[2][..], x].concat()).unwrap();
        AffinePoint::from_sec1_point(&encoded).into()
    }

    /// A point whose coordinates both have their top bit set, so that DER puts a zero before each.
    fn point_with_high_coordinates() -> (Vec<u8>, Vec<u8>) {
        (0x80..)
            .find_map(|first| {
                let mut x = [0x11; 32];
                *x.first_mut().unwrap() = first;
                let y = point_at(&x)?.to_sec1_point(false).y()?.to_vec();
                (y.first() >= Some(&0x80)).then(|| (x.to_vec(), y))
            })
            .unwrap()
    }

    #[test]
    fn a_ciphertext_is_written_as_the_standard_says() {
        let (x, y) = point_with_high_coordinates();
        let expected = sequence(&[
            &integer(&x),
            &integer(&y),
            &der(4, &[7; 32]),
            &der(4, b"c2"),
        ]);

        let cipher = decode(&expected).unwrap();
        assert_eq!(cipher.c3().as_slice(), [7; 32]);
        assert_eq!(cipher.c2(), b"c2");
        let written = encode(cipher.c1(), cipher.c3(), cipher.c2());
        assert_eq!(written.unwrap(), expected);
    }

    #[test]
    fn one_ciphertext_has_one_encoding() {
        let (x_octets, y_octets) = point_with_high_coordinates();
        let (x, y) = (&integer(&x_octets)[..], &integer(&y_octets)[..]);
        let (c3, c2) = (&der(4, &[7; 32])[..], &der(4, b"m")[..]);
        let content = [x, y, c3, c2].concat();
        assert!(decode(&der(0x30, &content)).is_some());

        let len = u8::try_from(content.len()).unwrap();
        assert!(len < 0x80, "the long forms below are too long for it");
        let octets_of_x = |before: &[u8]| [before, &x_octets].concat();
        let cases = [
            ("nothing", vec![]),
            ("a set", der(0x31, &content)),
            ("a long form", [&[0x30, 0x81, len], &content[..]].concat()),
            (
                "a longer form",
                [&[0x30, 0x82, 0, len], &content[..]].concat(),
            ),
            (
                "an indefinite length",
                [&[0x30, 0x80], &content[..], &[0, 0]].concat(),
            ),
            ("one octet more", [&der(0x30, &content)[..], &[0]].concat()),
            ("a fifth member", sequence(&[&content, &[5, 0]])),
            (
                "a long form inside",
                sequence(&[x, y, c3, &[4, 0x81, 1, b'm']]),
            ),
            ("no C2", sequence(&[x, y, c3])),
            ("no C3", sequence(&[x, y, c2])),
            ("C2 before C3", sequence(&[x, y, c2, c3])),
            ("y before x", sequence(&[y, x, c3, c2])),
            ("a negative x", sequence(&[&der(2, &x_octets), y, c3, c2])),
            ("a negative y", sequence(&[x, &der(2, &y_octets), c3, c2])),
            (
                "a zero too many",
                sequence(&[&der(2, &octets_of_x(&[0, 0])), y, c3, c2]),
            ),
            (
                "33 octets of x",
                sequence(&[&der(2, &octets_of_x(&[1])), y, c3, c2]),
            ),
            ("no octet of x", sequence(&[&[2, 0], y, c3, c2])),
            ("x as octets", sequence(&[&der(4, &x_octets), y, c3, c2])),
            ("31 octets of C3", sequence(&[x, y, &der(4, &[7; 31]), c2])),
            ("33 octets of C3", sequence(&[x, y, &der(4, &[7; 33]), c2])),
            ("C2 in pieces", sequence(&[x, y, c3, &der(0x24, c2)])),
            (
                "the raw form",
                [&[4], &x_octets[..], &y_octets, &[7; 32], b"m"].concat(),
            ),
        ];
        for (what, ciphertext) in cases {
            assert!(decode(&ciphertext).is_none(), "{what}");
        }
    }

    #[test]
    fn a_point_that_is_not_on_the_curve_is_refused() {
        let (x, y) = point_with_high_coordinates();
        let zero = vec![0; 32];
        for (x, y) in [(&x, &x), (&y, &y), (&zero, &zero), (&zero, &y), (&x, &zero)] {
            let members = [integer(x), integer(y), der(4, &[7; 32]), der(4, b"m")];
            assert!(decode(&der(0x30, &members.concat())).is_none());
        }
    }

    /// Some small x is on the curve, and x + p still fits in 32 octets.
    #[test]
    fn a_coordinate_that_is_not_reduced_is_refused() {
        let with_last = |prefix: [u8; 31], last: u8| {
            let mut octets = [last; 32];
            *octets.first_chunk_mut().unwrap() = prefix;
            octets
        };
        let (small, y) = (1..)
            .find_map(|small| {
                let point = point_at(&with_last([0; 31], small))?;
                Some((small, point.to_sec1_point(false).y()?.to_vec()))
            })
            .unwrap();
        let ciphertext =
            |x: &[u8]| sequence(&[&integer(x), &integer(&y), &der(4, &[7; 32]), &der(4, b"m")]);
        assert!(decode(&ciphertext(&[small])).is_some());

        // p + small, where p = 2^256 - 2^224 - 2^96 + 2^64 - 1.
        let sum = unhex("fffffffeffffffffffffffffffffffffffffffff000000010000000000000000");
        let sum = with_last(*sum.first_chunk().unwrap(), small - 1);
        assert!(decode(&ciphertext(&sum)).is_none());
    }
}
