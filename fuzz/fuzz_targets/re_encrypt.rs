//! `ReEncrypt` never panics, and succeeds only for a ciphertext that `Encrypt` made, with the right key and context.
#![no_main]

use std::collections::HashMap;

use arbitrary::Arbitrary;
use kms_reencrypt::{DecryptRequest, EncryptionAlgorithm, KmsError, ModelValue, ReEncryptRequest};
use kms_reencrypt_fuzz::{Envelope, RING};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Ciphertext {
    Bytes(Vec<u8>),
    Envelope(Envelope),
    /// A blob of ours with other parts.
    Grafted {
        of: u8,
        parts: Parts,
    },
    /// What was made, with some bytes changed and another length.
    Made {
        which: u8,
        changes: Vec<(u16, u8)>,
        longer: i8,
    },
}

#[derive(Arbitrary, Debug)]
struct Parts {
    origin: Option<u8>,
    nonce: Option<[u8; 16]>,
    iv: Option<[u8; 12]>,
    sealed: Option<Vec<u8>>,
    material_of: Option<u8>,
}

#[derive(Arbitrary, Debug)]
struct Request {
    ciphertext: Option<Ciphertext>,
    source: Option<Name>,
    source_algorithm: Option<u8>,
    source_context: Context,
    destination: Option<Name>,
    destination_algorithm: Option<u8>,
    destination_context: Context,
    grant_tokens: Vec<String>,
    dry_run: Option<bool>,
    modifiers: Vec<u8>,
}

#[derive(Arbitrary, Debug)]
enum Name {
    OneOf(u8),
    Text(String),
}

#[derive(Arbitrary, Debug)]
enum Context {
    None,
    /// The context of some of the ciphertexts.
    Known,
    Pairs(HashMap<String, String>),
}

fn one_of<T>(items: &[T], index: u8) -> &T {
    &items[usize::from(index) % items.len()]
}

fn name(name: Name) -> String {
    match name {
        Name::OneOf(index) => one_of(&RING.names, index).clone(),
        Name::Text(text) => text,
    }
}

fn context(context: Context) -> HashMap<String, String> {
    match context {
        Context::None => HashMap::new(),
        Context::Known => HashMap::from([("a".to_owned(), "bc".to_owned())]),
        Context::Pairs(pairs) => pairs,
    }
}

fn algorithm(index: u8) -> ModelValue<EncryptionAlgorithm> {
    match index {
        ..=250 => (*one_of(EncryptionAlgorithm::ALL, index)).into(),
        _ => "RSAES_PKCS1_V1_5".into(),
    }
}

fn bytes(ciphertext: Ciphertext) -> Vec<u8> {
    match ciphertext {
        Ciphertext::Bytes(bytes) => bytes,
        Ciphertext::Envelope(envelope) => envelope.to_bytes(),
        Ciphertext::Grafted { of, parts } => {
            let made = &one_of(&RING.made, of).ciphertext;
            let Some(mut envelope) = Envelope::of(made) else {
                return made.clone();
            };
            let other = parts
                .material_of
                .map(|other| &one_of(&RING.made, other).ciphertext);
            if let Some(other) = other.and_then(|other| Envelope::of(other)) {
                envelope.key_material_id = other.key_material_id;
            }
            envelope.origin = parts.origin.unwrap_or(envelope.origin);
            envelope.nonce = parts.nonce.unwrap_or(envelope.nonce);
            envelope.iv = parts.iv.unwrap_or(envelope.iv);
            envelope.sealed = parts.sealed.unwrap_or(envelope.sealed);
            envelope.to_bytes()
        }
        Ciphertext::Made {
            which,
            changes,
            longer,
        } => {
            let mut bytes = one_of(&RING.made, which).ciphertext.clone();
            let len = bytes.len();
            for (at, change) in changes {
                bytes[usize::from(at) % len] ^= change;
            }
            bytes.resize(len.saturating_add_signed(longer.into()), 0);
            bytes
        }
    }
}

fuzz_target!(|request: Request| {
    let source_context = context(request.source_context);
    let destination_context = context(request.destination_context);
    let ciphertext = request.ciphertext.map(bytes);
    let mut builder = ReEncryptRequest::builder()
        .set_source_encryption_context(Some(source_context.clone()))
        .set_destination_encryption_context(Some(destination_context.clone()))
        .set_grant_tokens(Some(request.grant_tokens));
    if let Some(ciphertext) = &ciphertext {
        builder = builder.ciphertext_blob(&ciphertext[..]);
    }
    if let Some(source) = request.source {
        builder = builder.source_key_id(name(source));
    }
    if let Some(source) = request.source_algorithm {
        builder = builder.source_encryption_algorithm(algorithm(source));
    }
    if let Some(destination) = request.destination {
        builder = builder.destination_key_id(name(destination));
    }
    if let Some(destination) = request.destination_algorithm {
        builder = builder.destination_encryption_algorithm(algorithm(destination));
    }
    if let Some(dry_run) = request.dry_run {
        builder = builder.dry_run(dry_run);
    }
    for modifier in request.modifiers {
        let modifier = if modifier < 250 {
            "IGNORE_CIPHERTEXT"
        } else {
            "X"
        };
        builder = builder.dry_run_modifiers(modifier);
    }
    let request = match builder.build() {
        Ok(request) => request,
        Err(error) => return assert!(matches!(error, KmsError::Validation(_)), "{error:?}"),
    };
    let response = match RING.kms.re_encrypt(&request) {
        Ok(response) => response,
        // Nothing in the ring fails.
        Err(error) => return assert_eq!(error.http_status(), 400, "{error:?}"),
    };

    assert!(!request.dry_run());
    let made = RING
        .made(&ciphertext.expect("it was there"))
        .expect("nobody else's opens");
    assert_eq!(response.source_key_id(), &made.key);
    assert_eq!(response.source_encryption_algorithm(), made.algorithm);
    let of_made = made
        .context
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    assert_eq!(of_made.collect::<HashMap<_, _>>(), source_context);
    let back = DecryptRequest::builder()
        .ciphertext_blob(response.ciphertext_blob())
        .key_id(*response.key_id())
        .encryption_algorithm(response.destination_encryption_algorithm())
        .set_encryption_context(Some(destination_context));
    let back = RING
        .kms
        .decrypt(&back.build().expect("a request"))
        .expect("it opens");
    assert_eq!(back.plaintext().expose(), made.plaintext);
});
