//! Known secrets, the values that the crate computes from them, and providers that go wrong.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use hmac::{Hmac, KeyInit, Mac};
use kms_reencrypt::access::{GrantId, Grants, KeyPolicy};
use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::provider::{
    KeyActionError, KeyProvider, KeyProviderError, KeyRef, KeyView, KmsKey, MessageNonces,
};
use kms_reencrypt::random::{OsRandom, Random, RandomSource, RandomnessUnavailable};
use kms_reencrypt::{
    AliasArn, AliasName, EncryptionAlgorithm, KeyArn, KeyMaterialId, KeyMetadata, KeySpec,
    KeyUsage, Keyring, Kms, Place, Plaintext,
};
use pkcs8::der::{Decode, Document};
use pkcs8::{DecodePrivateKey, PrivateKeyInfoRef};
use rsa::BoxedUint;
use rsa::hazmat::rsa_decrypt;
use rsa::traits::PublicKeyParts;
use sha2::Sha256;
use sha2::block_api::compress256;

pub(crate) const PLAINTEXT: &[u8] = b"The quick brown fox jumps over 13 lazy dogs; zephyrs vex.";
pub(crate) const MATERIAL: &[u8; 32] = b"7-Uy2.material,kQ9!of_32(bytes)Z";
/// What a [`Scripted`] source gives where 32 bytes are drawn. It is below the order of the SM2 curve.
pub(crate) const DATA_KEY: &[u8; 32] = b"h3!a_data:key+of=32<bytes>;Wx~yZ";
pub(crate) const NONCE: &[u8; 16] = b"derivation nonce";

/// Every kind of key and how it is used.
pub(crate) const ALGORITHMS: [(KeySpec, &str); 4] = [
    (KeySpec::SymmetricDefault, "SYMMETRIC_DEFAULT"),
    (KeySpec::Rsa2048, "RSAES_OAEP_SHA_1"),
    (KeySpec::Rsa2048, "RSAES_OAEP_SHA_256"),
    (KeySpec::Sm2, "SM2PKE"),
];

const RSA_PEM: &str = include_str!("../../../../../src/testing/keys/rsa_2048.pem");
const SM2_PEM: &str = include_str!("../../../../../src/testing/keys/sm2.pem");

/// A ring with one key of each kind.
pub(crate) struct Ring {
    pub(crate) keyring: Keyring,
    pub(crate) kms: Kms<Keyring>,
    keys: HashMap<KeySpec, KeyArn>,
}

impl Ring {
    pub(crate) fn new() -> Self {
        let keyring = Keyring::new("111122223333", "cn-north-1").expect("a ring");
        let new = |spec| NewKey::new(spec).key_usage(KeyUsage::EncryptDecrypt);
        let keys = [
            new(KeySpec::SymmetricDefault).symmetric_material(*MATERIAL),
            new(KeySpec::Rsa2048).pkcs8_pem(RSA_PEM),
            new(KeySpec::Sm2).pkcs8_pem(SM2_PEM),
        ]
        .map(|key| keyring.create_key(key).expect("a key"))
        .map(|key| {
            let metadata = keyring.describe_key(key).expect("it is there");
            (metadata.key_spec(), key)
        });
        Self {
            kms: Kms::new(keyring.clone()),
            keyring,
            keys: keys.into(),
        }
    }

    pub(crate) fn key(&self, spec: KeySpec) -> KeyArn {
        self.keys[&spec]
    }
}

/// The two states in which HMAC-SHA-256 begins with the material as its key, as they lie in memory.
pub(crate) fn material_states() -> [[u8; 32]; 2] {
    [0x36, 0x5c].map(|pad| {
        let mut block = [pad; 64];
        block
            .iter_mut()
            .zip(MATERIAL)
            .for_each(|(to, from)| *to ^= from);
        let mut state = [
            0x6a09_e667,
            0xbb67_ae85,
            0x3c6e_f372,
            0xa54f_f53a,
            0x510e_527f,
            0x9b05_688c,
            0x1f83_d9ab,
            0x5be0_cd19,
        ];
        compress256(&mut state, &[block]);
        let mut bytes = [0; 32];
        for (to, word) in bytes.chunks_exact_mut(4).zip(state) {
            to.copy_from_slice(&word.to_ne_bytes());
        }
        bytes
    })
}

/// The key of every message that is sealed with the material and a [`Scripted`] source.
pub(crate) fn message_key() -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(MATERIAL).expect("a key");
    for part in [
        &[0, 0, 0, 1][..],
        b"kms-reencrypt:SYMMETRIC_DEFAULT\0",
        NONCE,
        &[0, 0, 1, 0],
    ] {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// The PEM and the DER of the SM2 key, and its scalar.
pub(crate) fn sm2_scalar() -> (&'static str, Vec<u8>, Vec<u8>) {
    let (_, document) = Document::from_pem(SM2_PEM).expect("PEM");
    let info = PrivateKeyInfoRef::from_der(document.as_bytes()).expect("PKCS#8");
    // SEC 1: SEQUENCE { INTEGER 1, OCTET STRING of 32 bytes, ... }
    let at = info
        .private_key
        .as_bytes()
        .windows(5)
        .position(|five| five == [2, 1, 1, 4, 32]);
    let scalar = &info.private_key.as_bytes()[at.expect("a scalar") + 5..][..32];
    (SM2_PEM, document.as_bytes().to_vec(), scalar.to_vec())
}

pub(crate) struct RsaNumbers {
    pub(crate) exponent: Vec<u8>,
    pub(crate) primes: [Vec<u8>; 2],
}

/// The PEM of the RSA key, and its secret numbers.
pub(crate) fn rsa_numbers() -> (&'static str, RsaNumbers) {
    let (_, document) = Document::from_pem(RSA_PEM).expect("PEM");
    let info = PrivateKeyInfoRef::from_der(document.as_bytes()).expect("PKCS#8");
    let key = pkcs1::RsaPrivateKeyRef::try_from(info.private_key).expect("PKCS#1");
    let primes = [&key.prime1, &key.prime2].map(|prime| prime.as_bytes().to_vec());
    let exponent = key.private_exponent.as_bytes().to_vec();
    (RSA_PEM, RsaNumbers { exponent, primes })
}

/// The OAEP block in a ciphertext under the RSA key, as it is and multiplied as the arithmetic does it. Both undoing the
/// multiplication and unmasking the block take no key.
pub(crate) fn padded_block(ciphertext: &[u8]) -> [Vec<u8>; 2] {
    let key = rsa::PrivateKey::from_pkcs8_pem(RSA_PEM).expect("a key");
    let number = BoxedUint::from_be_slice(ciphertext, 2048).expect("a number");
    let block = rsa_decrypt(None::<&mut Random<'_>>, &key, &number).expect("a block");
    let modulus = BoxedMontyParams::new(key.n().as_ref().to_odd().expect("an odd number"));
    let multiplied = BoxedMontyForm::new(block.clone(), &modulus).to_montgomery();
    // Without the first bytes: they are zero.
    [
        block.to_be_bytes()[8..].to_vec(),
        multiplied.to_be_bytes().to_vec(),
    ]
}

/// A source whose draws of 32 and of 28 bytes are known, and that goes wrong if it is told to.
#[derive(Debug, Default)]
pub(crate) struct Scripted {
    draws: AtomicUsize,
    fails_at: Option<usize>,
    panics_at: Option<usize>,
}

impl Scripted {
    pub(crate) fn failing_at(draw: usize) -> Self {
        Self {
            fails_at: Some(draw),
            ..Self::default()
        }
    }

    pub(crate) fn panicking_at(draw: usize) -> Self {
        Self {
            panics_at: Some(draw),
            ..Self::default()
        }
    }
}

impl RandomSource for Scripted {
    fn fill(&self, destination: &mut [u8]) -> Result<(), RandomnessUnavailable> {
        let draw = Some(self.draws.fetch_add(1, Ordering::Relaxed));
        assert!(self.panics_at != draw, "on purpose");
        if self.fails_at == draw {
            return Err(RandomnessUnavailable::new());
        }
        match destination.len() {
            32 => destination.copy_from_slice(DATA_KEY),
            28 => {
                OsRandom.fill(destination)?;
                destination[..16].copy_from_slice(NONCE);
            }
            _ => OsRandom.fill(destination)?,
        }
        Ok(())
    }
}

/// A ring whose keys open what they are given, and panic when they are to seal.
pub(crate) struct Panics(pub(crate) Keyring);

impl KeyProvider for Panics {
    fn home(&self) -> Place {
        self.0.home()
    }

    fn view(&self, visit: &mut dyn FnMut(&dyn KeyView)) -> Result<(), KeyProviderError> {
        self.0.view(&mut |view| visit(&PanickingView(view)))
    }
}

struct PanickingView<'v>(&'v dyn KeyView);

impl KeyView for PanickingView<'_> {
    fn key(&self, arn: &KeyArn) -> Result<KeyRef<'_>, KeyProviderError> {
        let key = self.0.key(arn)?;
        Ok(KeyRef::Owned(Box::new(PanickingKey(key))))
    }

    fn key_with_material(
        &self,
        place: &Place,
        id: &KeyMaterialId,
    ) -> Result<KeyRef<'_>, KeyProviderError> {
        let key = self.0.key_with_material(place, id)?;
        Ok(KeyRef::Owned(Box::new(PanickingKey(key))))
    }

    fn alias_target(&self, alias: &AliasArn) -> Result<KeyArn, KeyProviderError> {
        self.0.alias_target(alias)
    }

    fn grant_of_token(&self, token: &str) -> Result<GrantId, KeyProviderError> {
        self.0.grant_of_token(token)
    }
}

#[derive(Debug)]
struct PanickingKey<'v>(KeyRef<'v>);

impl KmsKey for PanickingKey<'_> {
    fn metadata(&self) -> &KeyMetadata {
        self.0.metadata()
    }

    fn policy(&self) -> &KeyPolicy {
        self.0.policy()
    }

    fn grants(&self) -> &dyn Grants {
        self.0.grants()
    }

    fn aliases(&self) -> &[AliasName] {
        self.0.aliases()
    }

    fn has_material(&self, id: &KeyMaterialId) -> bool {
        self.0.has_material(id)
    }

    fn seal(&self, _: &MessageNonces, _: &[u8], _: &mut [u8]) -> Result<[u8; 16], KeyActionError> {
        panic!("on purpose")
    }

    fn open(
        &self,
        id: &KeyMaterialId,
        nonces: &MessageNonces,
        aad: &[u8],
        in_out: &mut [u8],
        tag: &[u8; 16],
    ) -> Result<(), KeyActionError> {
        self.0.open(id, nonces, aad, in_out, tag)
    }

    fn encrypt(
        &self,
        _: EncryptionAlgorithm,
        _: &[u8],
        _: Random<'_>,
    ) -> Result<Vec<u8>, KeyActionError> {
        panic!("on purpose")
    }

    fn decrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
        random: Random<'_>,
    ) -> Result<Plaintext, KeyActionError> {
        self.0.decrypt(algorithm, ciphertext, random)
    }
}
