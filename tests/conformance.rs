//! The conformance suites pass this crate's own keys, and find every flaw that is planted in a key or provider.
#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::LazyLock;

use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::primitives::KeyPair;
use kms_reencrypt::provider::{
    KeyActionError, KeyProvider, KeyProviderError, KeyRef, KeyView, KmsKey, MessageNonces,
};
use kms_reencrypt::random::Random;
use kms_reencrypt::testing::conformance::{
    Failures, assert_provider, check_key, check_provider, check_same_key,
};
use kms_reencrypt::testing::{
    FaultyProvider, insecure_key, insecure_private_key_pem, seeded_random,
};
use kms_reencrypt::{
    AliasArn, EncryptionAlgorithm, KeyArn, KeyId, KeyMaterialId, KeyMetadata, KeyOrigin, KeySpec,
    KeyState, Keyring, Place, Plaintext,
};
use rsa::pkcs8::DecodePrivateKey;
use sha1::Sha1;
use sha2::Sha256;

fn ring() -> Keyring {
    Keyring::new("111122223333", "cn-north-1").unwrap()
}

/// Lets a test see one key of a ring.
fn with_key<T>(keyring: &Keyring, arn: KeyArn, test: impl FnOnce(&dyn KmsKey) -> T) -> T {
    let mut test = Some(test);
    let mut result = None;
    keyring
        .view(&mut |view| result = Some(test.take().unwrap()(&*view.key(&arn).unwrap())))
        .unwrap();
    result.unwrap()
}

#[test]
fn the_ring_and_its_keys_of_all_kinds_and_states_conform() {
    let keyring = ring();
    let mut keys: Vec<KeyArn> = KeySpec::ALL
        .iter()
        .map(|spec| keyring.create_key(insecure_key(*spec)).unwrap())
        .collect();
    let symmetric = || keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let rotated = symmetric();
    keyring.rotate_key_on_demand(rotated).unwrap();
    keyring.create_alias("alias/rotated", rotated).unwrap();
    keyring.create_alias("alias/again", rotated).unwrap();
    let disabled = symmetric();
    keyring.disable_key(disabled).unwrap();
    let unavailable = symmetric();
    keyring
        .set_key_state(unavailable, KeyState::Unavailable)
        .unwrap();
    let external = NewKey::new(KeySpec::SymmetricDefault).origin(KeyOrigin::External);
    let pending = keyring.create_key(external).unwrap();
    let primary = NewKey::new(KeySpec::SymmetricDefault).multi_region(true);
    let primary = keyring.create_key(primary).unwrap();
    let replica = keyring.replicate_key(primary, "cn-northwest-1").unwrap();
    keys.extend([rotated, disabled, unavailable, pending, primary, replica]);
    assert_provider(&keyring, &keys);
    assert_provider(&FaultyProvider::new(keyring), &keys);
}

#[test]
fn two_keys_of_the_same_material_understand_each_other() {
    let id: KeyId = "1234abcd-12ab-34cd-56ef-1234567890ab".parse().unwrap();
    for spec in [KeySpec::SymmetricDefault, KeySpec::Rsa2048, KeySpec::Sm2] {
        let rings = [ring(), ring()];
        let arns = rings
            .each_ref()
            .map(|ring| ring.create_key(insecure_key(spec).key_id(id)).unwrap());
        let [ring, other_ring] = &rings;
        with_key(ring, arns[0], |one| {
            with_key(other_ring, arns[1], |other| {
                assert_eq!(check_same_key(one, other), Ok(()), "{spec}");
            });
        });
    }
    let keyring = ring();
    let one = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let other = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let rsa = keyring.create_key(insecure_key(KeySpec::Rsa2048)).unwrap();
    let compare = |one, other| {
        with_key(&keyring, one, |one| {
            with_key(&keyring, other, |other| check_same_key(one, other))
        })
    };
    assert_found(compare(one, other), "and the other key's");
    assert_found(compare(one, rsa), "and the other key of RSA_2048");
}

#[track_caller]
fn assert_found(result: Result<(), Failures>, text: &str) {
    let failures = result.unwrap_err();
    assert!(failures.to_string().contains(text), "{failures}");
}

/// The key of [`insecure_key`], as the `rsa` crate has it.
static RSA: LazyLock<rsa::PrivateKey> = LazyLock::new(|| {
    let pem = insecure_private_key_pem(KeySpec::Rsa2048).unwrap();
    rsa::PrivateKey::from_pkcs8_pem(pem).unwrap()
});

static ANOTHER_PUBLIC_KEY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let pem = include_str!("../src/testing/keys/rsa_2048_other.pem");
    let pair = KeyPair::from_pkcs8_pem(KeySpec::Rsa2048, pem).unwrap();
    pair.public_key().to_vec()
});

/// The flaw of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    ChattyAboutTags,
    ClaimsEveryMaterial,
    DeniesItsMaterial,
    DrawsItsOwnNonce,
    EncryptsWithoutRandomness,
    GivesWrongPlaintext,
    HasNoPublicKey,
    IgnoresAad,
    IgnoresDerivationNonce,
    IgnoresMaterialId,
    LeavesPlaintextBehind,
    PadsLikeTheRsaCrate,
    PanicsOnShortCiphertext,
    RejectsForeignAlgorithms,
    SealsNothing,
    SkipsTheTag,
    TakesTrailingBytes,
    TellsAnotherPublicKey,
}

#[derive(Debug)]
struct Flawed<'k> {
    key: &'k dyn KmsKey,
    flaw: Flaw,
}

impl Flawed<'_> {
    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == flaw
    }
}

impl KmsKey for Flawed<'_> {
    fn metadata(&self) -> &KeyMetadata {
        self.key.metadata()
    }

    fn public_key(&self) -> Option<&[u8]> {
        match self.flaw {
            Flaw::HasNoPublicKey => None,
            Flaw::TellsAnotherPublicKey => Some(ANOTHER_PUBLIC_KEY.as_slice()),
            _ => self.key.public_key(),
        }
    }

    fn has_material(&self, id: &KeyMaterialId) -> bool {
        match self.flaw {
            Flaw::ClaimsEveryMaterial => true,
            Flaw::DeniesItsMaterial => false,
            _ => self.key.has_material(id),
        }
    }

    fn seal(
        &self,
        nonces: &MessageNonces,
        aad: &[u8],
        in_out: &mut [u8],
    ) -> Result<[u8; 16], KeyActionError> {
        let mut nonces = *nonces;
        let aad = if self.has(Flaw::IgnoresAad) { &[] } else { aad };
        match self.flaw {
            Flaw::SealsNothing => return Ok([0; 16]),
            Flaw::IgnoresDerivationNonce => nonces.derivation = [0; 16],
            Flaw::DrawsItsOwnNonce => getrandom_fill(&mut nonces.iv),
            _ => {}
        }
        self.key.seal(&nonces, aad, in_out)
    }

    fn open(
        &self,
        id: &KeyMaterialId,
        nonces: &MessageNonces,
        aad: &[u8],
        in_out: &mut [u8],
        tag: &[u8; 16],
    ) -> Result<(), KeyActionError> {
        let mut nonces = *nonces;
        let current = self.key.metadata().current_key_material_id().unwrap();
        let id = if self.has(Flaw::IgnoresMaterialId) {
            current
        } else {
            id
        };
        let aad = if self.has(Flaw::IgnoresAad) { &[] } else { aad };
        match self.flaw {
            Flaw::SealsNothing => return Ok(()),
            Flaw::IgnoresDerivationNonce => nonces.derivation = [0; 16],
            Flaw::PanicsOnShortCiphertext => assert!(!in_out.is_empty()),
            Flaw::SkipsTheTag => {
                // Decrypts any ciphertext to something.
                let before = in_out.to_vec();
                if self.key.open(id, &nonces, aad, in_out, tag).is_err() {
                    in_out.copy_from_slice(&before);
                    in_out.reverse();
                }
                return Ok(());
            }
            _ => {}
        }
        let result = self.key.open(id, &nonces, aad, in_out, tag);
        if result.is_err() {
            match self.flaw {
                Flaw::LeavesPlaintextBehind => in_out.reverse(),
                Flaw::ChattyAboutTags => {
                    return Err(KeyProviderError::KeyStore("wrong tag".to_owned()).into());
                }
                _ => {}
            }
        } else if self.has(Flaw::GivesWrongPlaintext) {
            in_out.reverse();
        }
        result
    }

    fn encrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        plaintext: &[u8],
        random: Random<'_>,
    ) -> Result<Vec<u8>, KeyActionError> {
        if self.has(Flaw::EncryptsWithoutRandomness) {
            let seeded = seeded_random(1);
            return self.key.encrypt(algorithm, plaintext, Random::new(&seeded));
        }
        if self.has(Flaw::RejectsForeignAlgorithms) {
            let ciphertext = self.key.encrypt(algorithm, plaintext, random);
            return ciphertext.map_err(|_| KeyActionError::Rejected);
        }
        self.key.encrypt(algorithm, plaintext, random)
    }

    fn decrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
        random: Random<'_>,
    ) -> Result<Plaintext, KeyActionError> {
        match self.flaw {
            Flaw::PanicsOnShortCiphertext => assert!(ciphertext.len() > 1),
            Flaw::TakesTrailingBytes if ciphertext.len() > 256 => {
                let (front, _) = ciphertext.split_at(256);
                return self.key.decrypt(algorithm, front, random);
            }
            Flaw::GivesWrongPlaintext => {
                self.key.decrypt(algorithm, ciphertext, random)?;
                return Ok(Plaintext::from_slice(b"anything"));
            }
            Flaw::ChattyAboutTags => {
                let result = self.key.decrypt(algorithm, ciphertext, random);
                let words = KeyProviderError::KeyStore("wrong padding".to_owned());
                return result.map_err(|_| words.into());
            }
            Flaw::PadsLikeTheRsaCrate => {
                let plaintext = match algorithm {
                    EncryptionAlgorithm::RsaesOaepSha1 => RSA.oaep_decrypt::<Sha1>(ciphertext),
                    EncryptionAlgorithm::RsaesOaepSha256 => RSA.oaep_decrypt::<Sha256>(ciphertext),
                    _ => return self.key.decrypt(algorithm, ciphertext, random),
                };
                return plaintext
                    .map(Plaintext::from_vec)
                    .map_err(|_| KeyActionError::Rejected);
            }
            _ => {}
        }
        self.key.decrypt(algorithm, ciphertext, random)
    }
}

fn getrandom_fill(bytes: &mut [u8]) {
    use kms_reencrypt::random::{OsRandom, RandomSource};
    OsRandom.fill(bytes).unwrap();
}

#[test]
fn every_flaw_of_a_symmetric_key_is_found() {
    let keyring = ring();
    let arn = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    for (flaw, text) in [
        (
            Flaw::ChattyAboutTags,
            "open says more than Rejected of a message with bit 0 of the tag flipped",
        ),
        (
            Flaw::ClaimsEveryMaterial,
            "has_material is true for a key material that does not exist",
        ),
        (
            Flaw::DeniesItsMaterial,
            "has_material is false for the current key material",
        ),
        (Flaw::DrawsItsOwnNonce, "open fails on a ciphertext of 12"),
        (Flaw::GivesWrongPlaintext, "open returns other 12 bytes"),
        (
            Flaw::IgnoresAad,
            "open takes a message with other additional data",
        ),
        (
            Flaw::IgnoresDerivationNonce,
            "seal does not use the derivation nonce",
        ),
        (
            Flaw::IgnoresMaterialId,
            "open takes a message with a key material that does not exist",
        ),
        (
            Flaw::LeavesPlaintextBehind,
            "open leaves data in the buffer of a message with bit 127 of the tag flipped",
        ),
        (Flaw::PanicsOnShortCiphertext, "open panics"),
        (
            Flaw::SealsNothing,
            "seal does not change a plaintext of 12 bytes",
        ),
        (
            Flaw::SkipsTheTag,
            "open takes a message with bit 64 of the tag flipped",
        ),
    ] {
        with_key(&keyring, arn, |key| {
            assert_found(check_key(&Flawed { key, flaw }), text);
        });
    }
}

#[test]
fn every_flaw_of_an_asymmetric_key_is_found() {
    let keyring = ring();
    let arn = keyring.create_key(insecure_key(KeySpec::Rsa2048)).unwrap();
    for (flaw, text) in [
        (Flaw::ChattyAboutTags, "says more than Rejected"),
        (
            Flaw::EncryptsWithoutRandomness,
            "two ciphertexts of RSAES_OAEP_SHA_1 are equal",
        ),
        (
            Flaw::EncryptsWithoutRandomness,
            "encrypt by RSAES_OAEP_SHA_256 succeeds where the random source fails",
        ),
        (
            Flaw::GivesWrongPlaintext,
            "decrypt by RSAES_OAEP_SHA_1 returns other bytes",
        ),
        (Flaw::HasNoPublicKey, "public_key returns None"),
        (
            Flaw::PadsLikeTheRsaCrate,
            "decrypt by RSAES_OAEP_SHA_1 of a ciphertext with a padding that begins with 01, not 00 succeeds",
        ),
        (
            Flaw::PadsLikeTheRsaCrate,
            "decrypt by RSAES_OAEP_SHA_256 of a ciphertext with no message after its padding succeeds",
        ),
        (
            Flaw::PanicsOnShortCiphertext,
            "decrypt by RSAES_OAEP_SHA_1 of a ciphertext with one byte panics",
        ),
        (
            Flaw::RejectsForeignAlgorithms,
            "encrypt by SM2PKE, which RSA_2048 does not support, is Rejected, not unsupported",
        ),
        (
            Flaw::TakesTrailingBytes,
            "decrypt by RSAES_OAEP_SHA_1 of a ciphertext with a zero behind it succeeds",
        ),
        (
            Flaw::TellsAnotherPublicKey,
            "decrypt by RSAES_OAEP_SHA_256 fails on the ciphertext of 4 bytes: rejected",
        ),
    ] {
        with_key(&keyring, arn, |key| {
            assert_found(check_key(&Flawed { key, flaw }), text);
        });
    }
}

/// A provider with a flaw.
struct Odd {
    keyring: Keyring,
    oddity: Oddity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Oddity {
    FailsAfterTheVisit,
    FindsAnyMaterial,
    KnowsNoAlias,
    NeverVisits,
    SaysInternalOfStrangers,
    VisitsTwice,
}

struct OddView<'v> {
    view: &'v dyn KeyView,
    oddity: Oddity,
}

impl KeyProvider for Odd {
    fn home(&self) -> Place {
        self.keyring.home()
    }

    fn view(&self, visit: &mut dyn FnMut(&dyn KeyView)) -> Result<(), KeyProviderError> {
        let visits = match self.oddity {
            Oddity::NeverVisits => 0,
            Oddity::VisitsTwice => 2,
            _ => 1,
        };
        let oddity = self.oddity;
        for _ in 0..visits {
            self.keyring
                .view(&mut |view| visit(&OddView { view, oddity }))?;
        }
        match oddity {
            Oddity::FailsAfterTheVisit => Err(KeyProviderError::Throttled),
            _ => Ok(()),
        }
    }
}

impl KeyView for OddView<'_> {
    fn key(&self, arn: &KeyArn) -> Result<KeyRef<'_>, KeyProviderError> {
        self.view.key(arn).map_err(|error| match self.oddity {
            Oddity::SaysInternalOfStrangers => KeyProviderError::Throttled,
            _ => error,
        })
    }

    fn key_with_material(
        &self,
        place: &Place,
        id: &KeyMaterialId,
    ) -> Result<KeyRef<'_>, KeyProviderError> {
        let target = "alias/app".parse().unwrap();
        let any = AliasArn::new(*place, target);
        match self.oddity {
            Oddity::FindsAnyMaterial => self.view.key(&self.view.alias_target(&any)?),
            _ => self.view.key_with_material(place, id),
        }
    }

    fn alias_target(&self, alias: &AliasArn) -> Result<KeyArn, KeyProviderError> {
        match self.oddity {
            Oddity::KnowsNoAlias => Err(KeyProviderError::NotFound),
            _ => self.view.alias_target(alias),
        }
    }
}

#[test]
fn every_oddity_of_a_provider_is_found() {
    let keyring = ring();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    keyring.create_alias("alias/app", key).unwrap();
    for (oddity, text) in [
        (Oddity::FailsAfterTheVisit, "view fails: throttled"),
        (Oddity::FindsAnyMaterial, "key_with_material for 0000"),
        (Oddity::KnowsNoAlias, "alias_target fails for arn:aws-cn:"),
        (
            Oddity::NeverVisits,
            "view calls its visitor 0 times, not once",
        ),
        (Oddity::SaysInternalOfStrangers, "must be NotFound, but is"),
        (
            Oddity::VisitsTwice,
            "view calls its visitor 2 times, not once",
        ),
    ] {
        let keyring = keyring.clone();
        assert_found(check_provider(&Odd { keyring, oddity }, &[key]), text);
    }
    let gone = key.in_region("us-east-2".parse().unwrap());
    assert_found(check_provider(&keyring, &[gone]), "key fails for");
}
