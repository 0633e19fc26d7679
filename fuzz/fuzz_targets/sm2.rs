//! An SM2 ciphertext that this crate did not make does not open, and no DER and no point causes a panic.
#![no_main]

use arbitrary::Arbitrary;
use kms_reencrypt::{DecryptRequest, EncryptionAlgorithm, KmsError};
use kms_reencrypt_fuzz::RING;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Input {
    Bytes(Vec<u8>),
    /// DER around these parts; the point is the real one unless another is given.
    Parts {
        point: Option<(Vec<u8>, Vec<u8>)>,
        c3: Option<Vec<u8>>,
        c2: Option<Vec<u8>>,
        more: Vec<u8>,
    },
    /// What was made, changed here and there.
    Changed(Vec<(u16, u8)>),
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = content.len();
    let mut element = vec![tag];
    match len {
        ..0x80 => element.push(len as u8),
        0x80..0x100 => element.extend([0x81, len as u8]),
        _ => element.extend([0x82, (len >> 8) as u8, len as u8]),
    }
    element.extend(content);
    element
}

/// The elements of a `SEQUENCE` whose lengths are all short, after a header of two or three bytes.
fn elements(ciphertext: &[u8]) -> Vec<&[u8]> {
    let mut rest = &ciphertext[if ciphertext[1] < 0x80 { 2 } else { 3 }..];
    let mut elements = Vec::new();
    while let [_, len, ..] = rest {
        let (element, behind) = rest.split_at(2 + usize::from(*len));
        elements.push(element);
        rest = behind;
    }
    elements
}

fuzz_target!(|input: Input| {
    let made = RING
        .made
        .iter()
        .find(|made| made.algorithm == EncryptionAlgorithm::Sm2Pke);
    let made = made.expect("an SM2 ciphertext");
    let ciphertext = match input {
        Input::Bytes(bytes) => bytes,
        Input::Parts {
            point,
            c3,
            c2,
            more,
        } => {
            let [x, y, real_c3, real_c2] = elements(&made.ciphertext)[..] else {
                unreachable!("four elements");
            };
            let (x, y) = match point {
                Some((x, y)) => (der(2, &x), der(2, &y)),
                None => (x.to_vec(), y.to_vec()),
            };
            let c3 = c3.map_or(real_c3.to_vec(), |c3| der(4, &c3));
            let c2 = c2.map_or(real_c2.to_vec(), |c2| der(4, &c2));
            der(0x30, &[x, y, c3, c2, more].concat())
        }
        Input::Changed(changes) => {
            let mut bytes = made.ciphertext.clone();
            let len = bytes.len();
            for (at, change) in changes {
                bytes[usize::from(at) % len] ^= change;
            }
            bytes
        }
    };
    let request = DecryptRequest::builder()
        .key_id(made.key)
        .encryption_algorithm(EncryptionAlgorithm::Sm2Pke)
        .ciphertext_blob(&ciphertext[..]);
    let Ok(request) = request.build() else {
        return assert!(!(1..=6144).contains(&ciphertext.len()));
    };
    match RING.kms.decrypt(&request) {
        Ok(response) => {
            assert_eq!(ciphertext, made.ciphertext);
            assert_eq!(response.plaintext().expose(), made.plaintext);
        }
        Err(error) => assert_eq!(error, KmsError::InvalidCiphertext),
    }
});
