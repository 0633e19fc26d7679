//! The floor: only the cryptography of a ReEncrypt. The time above it is this crate's overhead.

use core::hint::black_box;

use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Key, Nonce, Tag};
use getrandom::SysRng;
use hmac::{Hmac, Mac};
use rsa::hazmat::{rsa_decrypt_and_check, rsa_encrypt};
use rsa::pkcs8::DecodePrivateKey;
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, PrivateKey};
use sha2::Sha256;
use sm2::elliptic_curve::{Generate, Group};
use sm2::{NonZeroScalar, ProjectivePoint, SecretKey};

/// The bytes that a blob authenticates before the encryption context.
const HEADER_LEN: usize = 54;

/// The bytes by which the content of a blob is longer than the plaintext.
const CONTENT_HEADER_LEN: usize = 11;

/// A message that is opened under one key and sealed under another, in place: without a look-up, a check, a blob or an
/// allocation.
pub struct Floor {
    source: Hmac<Sha256>,
    destination: Hmac<Sha256>,
    nonces: [u8; 28],
    aad: Vec<u8>,
    message: Vec<u8>,
    tag: Tag,
    /// The first message, sealed: a bench that only opens starts from it every time.
    sealed: Vec<u8>,
}

impl Floor {
    /// The floor for a plaintext and an encoded context of these lengths.
    pub fn new(plaintext_len: usize, context_len: usize) -> Self {
        let mut floor = Self {
            source: kept_state(1),
            destination: kept_state(2),
            nonces: [0; 28],
            aad: vec![3; HEADER_LEN + context_len],
            message: vec![4; CONTENT_HEADER_LEN + plaintext_len],
            tag: Tag::default(),
            sealed: Vec::new(),
        };
        floor.seal();
        floor.sealed.clone_from(&floor.message);
        core::mem::swap(&mut floor.source, &mut floor.destination);
        floor
    }

    /// Two derivations, two key schedules, open, seal, and one draw of randomness. What it sealed is what it opens next
    /// time.
    pub fn re_encrypt(&mut self) {
        self.open();
        self.seal();
        core::mem::swap(&mut self.source, &mut self.destination);
    }

    /// The half that opens, from the first message. It can be repeated as long as nothing was sealed.
    pub fn open_first(&mut self) {
        self.message.copy_from_slice(&self.sealed);
        self.open();
    }

    /// The half that opens.
    fn open(&mut self) {
        let (cipher, nonce) = message_cipher(&self.source, &self.nonces);
        let message = self.message.as_mut_slice().into();
        cipher
            .decrypt_inout_detached(&nonce, &self.aad, message, &self.tag)
            .expect("sealed under the same key");
    }

    /// The half that seals.
    pub fn seal(&mut self) {
        getrandom::fill(&mut self.nonces).expect("the operating system has randomness");
        let (cipher, nonce) = message_cipher(&self.destination, &self.nonces);
        let message = self.message.as_mut_slice().into();
        self.tag = cipher
            .encrypt_inout_detached(&nonce, &self.aad, message)
            .expect("short enough");
    }
}

/// The state of an HMAC after its key and the fixed start of its input.
fn kept_state(key: u8) -> Hmac<Sha256> {
    let mut state = Hmac::<Sha256>::new_from_slice(&[key; 32]).expect("any length will do");
    state.update(b"\0\0\0\x01kms-reencrypt:SYMMETRIC_DEFAULT\0");
    state
}

fn message_cipher(kept: &Hmac<Sha256>, nonces: &[u8; 28]) -> (Aes256Gcm, Nonce<U12>) {
    let (derivation, iv) = nonces
        .split_first_chunk::<16>()
        .expect("28 is more than 16");
    let mut kdf = kept.clone();
    kdf.update(derivation);
    kdf.update(&[0, 0, 1, 0]);
    let key: Key<Aes256Gcm> = kdf.finalize().into_bytes();
    let iv: [u8; 12] = iv.try_into().expect("28 is 16 and 12");
    (Aes256Gcm::new(&key), iv.into())
}

/// The arithmetic of an RSA key, without a padding.
#[derive(Clone)]
pub struct RsaFloor {
    key: PrivateKey,
    number: BoxedUint,
}

impl RsaFloor {
    pub fn new(pem: &str) -> Self {
        let key = PrivateKey::from_pkcs8_pem(pem).expect("a fixed key");
        let mut octets = vec![0x5a; key.size()];
        if let Some(first) = octets.first_mut() {
            *first = 0;
        }
        let number = BoxedUint::from_be_slice(&octets, key.n_bits_precision())
            .expect("of the modulus's width");
        Self { key, number }
    }

    pub fn public(&self) {
        black_box(rsa_encrypt(&self.key, black_box(&self.number)).expect("below the modulus"));
    }

    /// Blinded, with the CRT, and checked: a key whose answers others see must not be used otherwise.
    pub fn private(&self) {
        let number = rsa_decrypt_and_check(&self.key, Some(&mut SysRng), black_box(&self.number));
        black_box(number.expect("below the modulus"));
    }
}

/// The arithmetic of an SM2 key, without key stream and hash.
#[derive(Clone)]
pub struct Sm2Floor {
    secret: SecretKey,
    public: ProjectivePoint,
}

impl Sm2Floor {
    pub fn new(pem: &str) -> Self {
        let secret = SecretKey::from_pkcs8_pem(pem).expect("a fixed key");
        let public = secret.public_key().to_projective();
        Self { secret, public }
    }

    /// A random scalar, its multiple of the generator, and its multiple of the public key.
    pub fn public(&self) {
        let scalar =
            NonZeroScalar::try_generate_from_rng(&mut SysRng).expect("there is randomness");
        black_box(ProjectivePoint::mul_by_generator(&scalar).to_affine());
        black_box((black_box(self.public) * *scalar).to_affine());
    }

    /// A multiple of a point that somebody else chose.
    pub fn private(&self) {
        black_box((black_box(self.public) * *self.secret.to_nonzero_scalar()).to_affine());
    }
}
