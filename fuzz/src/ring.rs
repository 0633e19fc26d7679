//! [`Ring`]: keys of all kinds and states, and ciphertexts that were really made with them.

use std::sync::LazyLock;

use kms_reencrypt::keyring::{ImportedMaterial, NewKey};
use kms_reencrypt::{
    EncryptRequest, EncryptionAlgorithm, KeyArn, KeyOrigin, KeySpec, KeyUsage, Keyring, Kms,
};

/// A ring that all runs share.
pub static RING: LazyLock<Ring> = LazyLock::new(Ring::new);

/// Keys, and how requests may name them.
pub struct Ring {
    /// KMS over the ring, for the root of the account.
    pub kms: Kms<Keyring>,
    /// Names of keys: ids, ARNs and aliases, of keys that are there and of keys that are not.
    pub names: Vec<String>,
    /// What was sealed.
    pub made: Vec<Made>,
}

/// A ciphertext that `Encrypt` made.
pub struct Made {
    /// The key.
    pub key: KeyArn,
    /// The algorithm.
    pub algorithm: EncryptionAlgorithm,
    /// The pairs of the encryption context.
    pub context: &'static [(&'static str, &'static str)],
    /// The ciphertext.
    pub ciphertext: Vec<u8>,
    /// What is in it.
    pub plaintext: &'static [u8],
}

/// The fixed private key of an asymmetric spec.
#[must_use]
pub fn fixed_pem(spec: KeySpec) -> &'static str {
    match spec {
        KeySpec::Rsa2048 => include_str!("../../src/testing/keys/rsa_2048.pem"),
        KeySpec::Rsa3072 => include_str!("../../src/testing/keys/rsa_3072.pem"),
        KeySpec::Rsa4096 => include_str!("../../src/testing/keys/rsa_4096.pem"),
        _ => include_str!("../../src/testing/keys/sm2.pem"),
    }
}

impl Ring {
    fn new() -> Self {
        let keyring = Keyring::new("111122223333", "cn-north-1").expect("a ring");
        let create = |key: NewKey| keyring.create_key(key).expect("a key");
        let new = |spec| NewKey::new(spec).key_usage(KeyUsage::EncryptDecrypt);
        let symmetric = |byte| new(KeySpec::SymmetricDefault).symmetric_material([byte; 32]);

        let first = create(symmetric(1));
        let imported = create(new(KeySpec::SymmetricDefault).origin(KeyOrigin::External));
        let import = ImportedMaterial::new([2; 32]);
        keyring
            .import_key_material(imported, import)
            .expect("imported");
        let mut keys = vec![first, imported];
        for spec in [
            KeySpec::Rsa2048,
            KeySpec::Rsa3072,
            KeySpec::Rsa4096,
            KeySpec::Sm2,
        ] {
            keys.push(create(new(spec).pkcs8_pem(fixed_pem(spec))));
        }
        let kms = Kms::new(keyring.clone());
        let mut made: Vec<Made> = keys.iter().flat_map(|key| make(&kms, *key)).collect();
        // An older material, and keys that were usable once.
        keyring.rotate_key_on_demand(first).expect("rotated");
        made.extend(make(&kms, first));
        let disabled = create(symmetric(3));
        made.extend(make(&kms, disabled));
        keyring.disable_key(disabled).expect("disabled");
        let doomed = create(symmetric(4));
        made.extend(make(&kms, doomed));
        keyring.schedule_key_deletion(doomed, 7).expect("scheduled");
        keys.extend([disabled, doomed]);
        keys.push(create(
            NewKey::new(KeySpec::Rsa2048).key_usage(KeyUsage::SignVerify),
        ));
        keys.push(create(NewKey::from(KeySpec::Hmac256)));

        keyring
            .create_alias("alias/first", first)
            .expect("an alias");
        keyring
            .create_alias("alias/imported", imported)
            .expect("an alias");
        let mut names: Vec<String> = keys.iter().map(ToString::to_string).collect();
        names.extend(keys.iter().map(|key| key.key_id().to_string()));
        names.extend(
            [
                "alias/first",
                "alias/imported",
                "arn:aws-cn:kms:cn-north-1:111122223333:alias/first",
                "arn:aws-cn:kms:cn-north-1:111122223333:alias/imported",
                "alias/none",
                "arn:aws-cn:kms:cn-north-1:444455556666:alias/first",
                "arn:aws:kms:us-east-2:111122223333:alias/first",
                "1234abcd-12ab-34cd-56ef-1234567890ab",
            ]
            .map(str::to_owned),
        );
        Self { kms, names, made }
    }

    /// Whether these bytes are, with this context, what `Encrypt` made.
    #[must_use]
    pub fn made(&self, ciphertext: &[u8]) -> Option<&Made> {
        self.made.iter().find(|made| made.ciphertext == ciphertext)
    }
}

fn make(kms: &Kms<Keyring>, key: KeyArn) -> Vec<Made> {
    let spec = kms
        .provider()
        .describe_key(key)
        .expect("it is there")
        .key_spec();
    let mut made = Vec::new();
    for algorithm in spec.encryption_algorithms() {
        let contexts: &[&'static [(&str, &str)]] = if algorithm.is_asymmetric() {
            &[&[]]
        } else {
            &[&[], &[("a", "bc")]]
        };
        for context in contexts {
            let plaintext: &[u8] = b"The quick brown fox jumps over the lazy dog.";
            let mut request = EncryptRequest::builder()
                .key_id(key)
                .encryption_algorithm(*algorithm)
                .plaintext(plaintext);
            for (name, value) in *context {
                request = request.encryption_context(*name, *value);
            }
            let response = kms.encrypt(&request.build().expect("a request"));
            made.push(Made {
                key,
                algorithm: *algorithm,
                context,
                ciphertext: response.expect("sealed").into_ciphertext_blob(),
                plaintext,
            });
        }
    }
    made
}
