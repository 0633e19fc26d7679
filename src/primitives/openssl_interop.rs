//! Interoperability with OpenSSL: the `openssl` program opens what these keys seal, and vice versa. If it is not
//! installed, the tests say so and pass.
//!
//! The tests need OpenSSL 3.0 or later, for SM2 built without `no-sm2`. The library has had SM2 encryption since 1.1.1,
//! but that version's `pkeyutl` cannot use it.

use std::fs;
use std::io::{Write as _, stderr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio, id};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::asymmetric::{Cipher, PrivateKey};
use super::fixtures::{RSA_SPECS, os_random, rsa, sm2};
use crate::key::EncryptionAlgorithm;

/// A directory that is removed at the end of the test.
struct TemporaryDirectory(PathBuf);

impl TemporaryDirectory {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("kms-reencrypt-openssl-{}-{count}", id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        // A directory that cannot be removed does not fail a test that has ended.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The output of `openssl` for `input`, or `None` if it fails or is not installed.
fn openssl(arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut stdin = child.stdin.take()?;
    let output = thread::scope(|scope| {
        // A program that fails early does not read all of its input.
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap()
    });
    output.status.success().then_some(output.stdout)
}

/// Whether `openssl` supports the algorithm. If not, says so on standard error, which the test harness does not capture
/// here.
fn installed(test: &str, word: &str) -> bool {
    // OpenSSL 1.1.1 and LibreSSL do not have this command.
    let known = openssl(&["list", "-asymcipher-algorithms"], b"").is_some_and(|answer| {
        String::from_utf8_lossy(&answer)
            .lines()
            .any(|line| line.contains(word))
    });
    if !known {
        let _ = writeln!(
            stderr(),
            "SKIPPED {test}: no OpenSSL 3.0 that supports {word}"
        );
    }
    known
}

fn encrypt(public: &Path, options: &[&str], plaintext: &[u8]) -> Option<Vec<u8>> {
    let key = [
        "-pubin",
        "-keyform",
        "DER",
        "-inkey",
        public.to_str().unwrap(),
    ];
    openssl(
        &[&["pkeyutl", "-encrypt"], &key[..], options].concat(),
        plaintext,
    )
}

fn decrypt(private: &Path, options: &[&str], ciphertext: &[u8]) -> Option<Vec<u8>> {
    let key = ["-keyform", "DER", "-inkey", private.to_str().unwrap()];
    openssl(
        &[&["pkeyutl", "-decrypt"], &key[..], options].concat(),
        ciphertext,
    )
}

#[test]
fn openssl_and_rsa_keys_open_each_others_ciphertexts() {
    if !installed("RSAES_OAEP against OpenSSL", "RSA") {
        return;
    }
    let directory = TemporaryDirectory::new();
    for spec in RSA_SPECS {
        let key = rsa(spec);
        let public = directory.file("public.der", &key.public_key_der().unwrap());
        let private = directory.file("private.der", &key.to_pkcs8_der().unwrap());
        for algorithm in spec.encryption_algorithms().iter().copied() {
            // RSAES_OAEP_SHA_256 is OpenSSL's sha256.
            let hash = algorithm.as_str().strip_prefix("RSAES_OAEP_").unwrap();
            let hash = hash.replace('_', "").to_lowercase();
            let (label, mask) = (format!("rsa_oaep_md:{hash}"), format!("rsa_mgf1_md:{hash}"));
            let options = [
                ["-pkeyopt", "rsa_padding_mode:oaep"],
                ["-pkeyopt", &label],
                ["-pkeyopt", &mask],
            ];
            let options = options.as_flattened();
            for len in [1, 32, spec.plaintext_max(algorithm).unwrap()] {
                let plaintext = vec![0x42; len];
                let ours = key.encrypt(algorithm, &plaintext, os_random()).unwrap();
                let opened = decrypt(&private, options, &ours);
                assert_eq!(opened.as_ref(), Some(&plaintext), "{spec} {algorithm}");

                let theirs = encrypt(&public, options, &plaintext).unwrap();
                let opened = key.decrypt(algorithm, &theirs, os_random()).unwrap();
                assert_eq!(opened.expose(), plaintext, "{spec} {algorithm}");
            }
        }
    }
}

#[test]
fn openssl_and_sm2_keys_open_each_others_ciphertexts() {
    if !installed("SM2PKE against OpenSSL", "SM2") {
        return;
    }
    let algorithm = EncryptionAlgorithm::Sm2Pke;
    let directory = TemporaryDirectory::new();
    let key = sm2();
    let public = directory.file("public.der", &key.public_key_der().unwrap());
    let private = directory.file("private.der", &key.to_pkcs8_der().unwrap());
    // `pkeyutl` reads at most ten times the key size that it assumes, 720 bytes in all, and ignores the rest.
    for len in [1, 31, 32, 33, 64, 500] {
        let plaintext = vec![0x42; len];
        let ours = key.encrypt(algorithm, &plaintext, os_random()).unwrap();
        assert_eq!(decrypt(&private, &[], &ours).as_ref(), Some(&plaintext));

        let theirs = encrypt(&public, &[], &plaintext).unwrap();
        let opened = key.decrypt(algorithm, &theirs, os_random()).unwrap();
        assert_eq!(opened.expose(), plaintext);
    }
}
