//! Every text parses as an identifier that prints the same text, and so does every text that parses as a name.
#![no_main]

use core::fmt::Display;
use core::str::FromStr;

use kms_reencrypt::iam::PrincipalArn;
use kms_reencrypt::{
    AccountId, AliasArn, AliasName, DecryptRequest, KeyArn, KeyId, KeyIdentifier, KeyMaterialId,
    KeySpec, Region,
};
use kms_reencrypt_fuzz::RING;
use libfuzzer_sys::fuzz_target;

fn prints_itself<T: FromStr + Display>(text: &str) {
    if let Ok(value) = text.parse::<T>() {
        assert_eq!(value.to_string(), text);
    }
}

fuzz_target!(|text: &str| {
    let identifier = KeyIdentifier::from(text);
    assert_eq!(identifier.to_string(), text);
    assert_eq!(KeyIdentifier::from(text.to_owned()), identifier);
    prints_itself::<AccountId>(text);
    prints_itself::<AliasArn>(text);
    prints_itself::<AliasName>(text);
    prints_itself::<KeyArn>(text);
    prints_itself::<KeyId>(text);
    prints_itself::<KeySpec>(text);
    prints_itself::<PrincipalArn>(text);
    prints_itself::<Region>(text);
    if let Ok(id) = text.parse::<KeyMaterialId>() {
        assert_eq!(id.to_string(), text.to_lowercase());
    }

    // The ring resolves or refuses every text without a panic: first through its own method, then through a request.
    let _ = RING.kms.provider().describe_key(text);
    let made = &RING.made[0];
    let request = DecryptRequest::builder()
        .key_id(text)
        .ciphertext_blob(&made.ciphertext[..]);
    if let Ok(response) = request
        .build()
        .and_then(|request| RING.kms.decrypt(&request))
    {
        assert_eq!(response.key_id(), &made.key);
        assert!(RING.names.iter().any(|name| name == text));
    }
});
