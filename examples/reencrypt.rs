//! Moves one secret from key to key and prints each step: `cargo run --example reencrypt`.
//!
//! The keys are generated, the ciphertexts are really encrypted and decrypted, and the refusals are those of the
//! engine.

use kms_reencrypt::access::Caller;
use kms_reencrypt::blob::CiphertextBlob;
use kms_reencrypt::iam::{Policy, Statement};
use kms_reencrypt::{
    AccountId, DecryptRequest, EncryptRequest, EncryptionAlgorithm, KeyArn, KeySpec, Keyring, Kms,
    KmsError, ReEncryptRequest, ReEncryptResponse,
};

const SECRET: &[u8] = b"the combination is 12-34-56";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // SM2 keys exist in Regions of China only; all other kinds exist there too.
    let keyring = Keyring::new("111122223333", "cn-north-1")?;
    let kms = Kms::new(keyring.clone());

    heading("The keys");
    let app = keyring.create_key(KeySpec::SymmetricDefault)?;
    keyring.create_alias("alias/app", app)?;
    let rsa = keyring.create_key(KeySpec::Rsa2048)?;
    let sm2 = keyring.create_key(KeySpec::Sm2)?;
    for (name, key) in [("alias/app", app), ("RSA_2048", rsa), ("SM2", sm2)] {
        println!("{name:<12} {key}");
    }

    heading("Encrypt under alias/app, bound to a context");
    let encrypt = EncryptRequest::builder()
        .key_id("alias/app")
        .plaintext(SECRET)
        .encryption_context("tenant", "blue")
        .build()?;
    let blob = kms.encrypt(&encrypt)?.into_ciphertext_blob();
    println!("{} bytes in, a blob out:", SECRET.len());
    println!("{}", CiphertextBlob::inspect(&blob));

    heading("ReEncrypt: symmetric to RSA");
    let to_rsa = ReEncryptRequest::builder()
        .ciphertext_blob(blob.clone())
        .source_encryption_context("tenant", "blue")
        .destination_key_id(rsa)
        .destination_encryption_algorithm(EncryptionAlgorithm::RsaesOaepSha256)
        .build()?;
    let under_rsa = told(kms.re_encrypt(&to_rsa)?);

    heading("ReEncrypt: RSA to SM2");
    let to_sm2 = ReEncryptRequest::builder()
        .ciphertext_blob(under_rsa)
        .source_key_id(rsa)
        .source_encryption_algorithm(EncryptionAlgorithm::RsaesOaepSha256)
        .destination_key_id(sm2)
        .destination_encryption_algorithm(EncryptionAlgorithm::Sm2Pke)
        .build()?;
    let under_sm2 = told(kms.re_encrypt(&to_sm2)?);

    heading("ReEncrypt: SM2 back to symmetric, with another context");
    let back = ReEncryptRequest::builder()
        .ciphertext_blob(under_sm2)
        .source_key_id(sm2)
        .source_encryption_algorithm(EncryptionAlgorithm::Sm2Pke)
        .destination_key_id("alias/app")
        .destination_encryption_context("tenant", "green")
        .build()?;
    let under_app = told(kms.re_encrypt(&back)?);

    heading("Rotate the key, and ReEncrypt to the same key");
    keyring.rotate_key_on_demand(app)?;
    let again = ReEncryptRequest::builder()
        .ciphertext_blob(under_app)
        .source_encryption_context("tenant", "green")
        .destination_key_id("alias/app")
        .destination_encryption_context("tenant", "green")
        .build()?;
    let current = told(kms.re_encrypt(&again)?);

    heading("Decrypt: the secret is still the same");
    let decrypt = DecryptRequest::builder()
        .ciphertext_blob(current)
        .encryption_context("tenant", "green")
        .build()?;
    let decrypted = kms.decrypt(&decrypt)?;
    println!(
        "{}",
        String::from_utf8_lossy(decrypted.plaintext().expose())
    );
    if decrypted.plaintext().expose() != SECRET {
        return Err("the secret has changed on its way".into());
    }

    heading("What KMS refuses");
    refusals(&keyring, &kms, &blob, app, rsa)
}

/// Some of the refusals of KMS.
fn refusals(
    keyring: &Keyring,
    kms: &Kms<Keyring>,
    blob: &[u8],
    app: KeyArn,
    rsa: KeyArn,
) -> Result<(), Box<dyn std::error::Error>> {
    let good = || {
        ReEncryptRequest::builder()
            .ciphertext_blob(blob)
            .source_encryption_context("tenant", "blue")
            .destination_key_id("alias/app")
    };
    let wrong_context = ReEncryptRequest::builder()
        .ciphertext_blob(blob)
        .source_encryption_context("tenant", "red")
        .destination_key_id("alias/app");
    refused("another context", kms, wrong_context.build())?;
    refused("another source key", kms, good().source_key_id(rsa).build())?;
    refused(
        "an unknown alias",
        kms,
        good().destination_key_id("alias/typo").build(),
    )?;
    refused(
        "the wrong algorithm",
        kms,
        good().destination_key_id(rsa).build(),
    )?;
    refused("nothing to do", kms, ReEncryptRequest::builder().build())?;
    refused("a dry run", kms, good().dry_run(true).build())?;

    let account: AccountId = "111122223333".parse()?;
    let from_only =
        Policy::new().statement(Statement::allow().action("kms:ReEncryptFrom").resource("*"));
    let forgetful = Caller::user(account, "forgetful")?
        .in_partition_of(kms.region())
        .with_identity_policy(from_only);
    refused(
        "one of two permissions",
        &kms.as_caller(forgetful),
        good().build(),
    )?;

    keyring.disable_key(app)?;
    refused("a disabled key", kms, good().build())
}

/// Prints a response and returns its ciphertext.
fn told(response: ReEncryptResponse) -> Vec<u8> {
    let short = |id: &dyn ToString| id.to_string().chars().take(12).collect::<String>();
    println!("from  {}", response.source_key_id());
    println!("to    {}", response.key_id());
    println!(
        "by    {} -> {}",
        response.source_encryption_algorithm(),
        response.destination_encryption_algorithm(),
    );
    if let Some(id) = response.source_key_material_id() {
        println!("      source key material      {}...", short(id));
    }
    if let Some(id) = response.destination_key_material_id() {
        println!("      destination key material {}...", short(id));
    }
    println!("size  {} bytes", response.ciphertext_blob().len());
    response.into_ciphertext_blob()
}

/// Prints a refusal. A request that succeeds is an error.
fn refused(
    what: &str,
    kms: &Kms<Keyring>,
    request: Result<ReEncryptRequest, KmsError>,
) -> Result<(), Box<dyn std::error::Error>> {
    match request.and_then(|request| kms.re_encrypt(&request)) {
        Ok(_) => Err(format!("{what} was not refused").into()),
        Err(error) => {
            println!("{what}: {} ({})", error.code(), error.http_status());
            match error.to_string() {
                message if message.is_empty() => println!("    (no message, as in AWS)"),
                message => println!("    {message}"),
            }
            Ok(())
        }
    }
}

fn heading(text: &str) {
    println!("\n== {text}");
}
