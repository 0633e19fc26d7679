//! AES-256-GCM under the key of one message.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::error::Unspecified;

/// Encrypts `in_out` in place, and returns the tag. It fails if `in_out` is longer than AES-GCM allows, or if memory runs
/// out.
pub(crate) fn seal(
    key: &[u8; 32],
    iv: &[u8; 12],
    aad: &[u8],
    in_out: &mut [u8],
) -> Result<[u8; 16], Unspecified> {
    let tag = cipher(key)?.seal_in_place_separate_tag(
        Nonce::assume_unique_for_key(*iv),
        Aad::from(aad),
        in_out,
    )?;
    tag.as_ref().try_into().map_err(|_| Unspecified)
}

/// Decrypts `in_out` in place. If the tag is wrong, `in_out` is unchanged: AWS-LC itself would leave zeros there, so the
/// ciphertext is copied first.
pub(crate) fn open(
    key: &[u8; 32],
    iv: &[u8; 12],
    aad: &[u8],
    in_out: &mut [u8],
    tag: &[u8; 16],
) -> Result<(), Unspecified> {
    let ciphertext = in_out.to_vec();
    let opened = cipher(key)?.open_separate_gather(
        Nonce::assume_unique_for_key(*iv),
        Aad::from(aad),
        &ciphertext,
        tag,
        in_out,
    );
    if opened.is_err() {
        in_out.copy_from_slice(&ciphertext);
    }
    opened
}

fn cipher(key: &[u8; 32]) -> Result<LessSafeKey, Unspecified> {
    Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key)?))
}

#[cfg(test)]
mod tests {
    use super::{open, seal};

    /// Test case 16 of the paper that specifies GCM (McGrew and Viega): AES-256, 60 bytes, with additional data.
    #[test]
    fn the_answer_that_the_specification_knows_comes_out() {
        let bytes = |hex: &str| -> Vec<u8> {
            let digits: Vec<u32> = hex.chars().filter_map(|digit| digit.to_digit(16)).collect();
            let byte = |pair: &[u32]| pair.iter().fold(0, |byte, digit| byte * 16 + digit);
            let bytes = digits.chunks(2).map(byte);
            bytes.filter_map(|byte| u8::try_from(byte).ok()).collect()
        };
        let key = bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
        let key: [u8; 32] = key.try_into().expect("32 bytes");
        let iv: [u8; 12] = bytes("cafebabefacedbaddecaf888")
            .try_into()
            .expect("12 bytes");
        let aad = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let plaintext = bytes(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e24\
             49a6b525b16aedf5aa0de657ba637b39",
        );
        let mut in_out = plaintext.clone();
        let tag = seal(&key, &iv, &aad, &mut in_out).expect("it seals");
        let ciphertext = bytes(
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b10\
             56828838c5f61e6393ba7a0abcc9f662",
        );
        assert_eq!(in_out, ciphertext);
        assert_eq!(tag.to_vec(), bytes("76fc6ece0f4e1768cddf8853bb2d551b"));
        open(&key, &iv, &aad, &mut in_out, &tag).expect("it opens");
        assert_eq!(in_out, plaintext);
    }

    #[test]
    fn what_does_not_open_is_left_as_it_came() {
        let (key, iv) = ([7; 32], [9; 12]);
        for len in [0, 1, 16, 17, 4107] {
            let mut sealed = vec![0x5a; len];
            let tag = seal(&key, &iv, b"aad", &mut sealed).expect("it seals");
            let mut wrong_tag = tag;
            if let Some(last) = wrong_tag.last_mut() {
                *last ^= 1;
            }
            for (iv, aad, tag) in [
                (iv, &b"aad"[..], wrong_tag),
                (iv, b"aae", tag),
                ([8; 12], b"aad", tag),
            ] {
                let mut in_out = sealed.clone();
                assert!(open(&key, &iv, aad, &mut in_out, &tag).is_err(), "{len}");
                assert_eq!(in_out, sealed, "{len}");
            }
            open(&key, &iv, b"aad", &mut sealed, &tag).expect("it opens");
            assert_eq!(sealed, vec![0x5a; len]);
        }
    }
}
