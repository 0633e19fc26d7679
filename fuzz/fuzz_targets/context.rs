//! Two encryption contexts have equal encodings if and only if they are equal.
#![no_main]

use std::collections::BTreeMap;

use kms_reencrypt::EncryptionContext;
use libfuzzer_sys::fuzz_target;

type Pairs = Vec<(String, String)>;

fuzz_target!(|contexts: (Pairs, Pairs)| {
    let (one, other) = contexts;
    let map = |pairs: &Pairs| pairs.iter().cloned().collect::<BTreeMap<_, _>>();
    let encode = |pairs: &Pairs| pairs.iter().cloned().collect::<EncryptionContext>();
    let (one_encoded, other_encoded) = (encode(&one), encode(&other));
    assert_eq!(
        map(&one) == map(&other),
        one_encoded.as_bytes() == other_encoded.as_bytes()
    );
    assert_eq!(map(&one).is_empty(), one_encoded.is_empty());

    let back = one_encoded
        .iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(back.collect::<BTreeMap<_, _>>(), map(&one));
    for (key, value) in map(&one) {
        assert_eq!(one_encoded.get(&key), Some(value.as_str()));
    }
    let mut reversed = one;
    reversed.reverse();
    let distinct = map(&reversed).len() == reversed.len();
    assert!(!distinct || encode(&reversed) == one_encoded);
});
