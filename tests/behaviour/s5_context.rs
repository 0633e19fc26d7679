//! behaviour §5: the encryption contexts of the source and of the destination, which are independent.

use kms_reencrypt::{KeySpec, KeyState};

use crate::ask::{decrypt, encrypt, re_encrypt};
use crate::common::encrypting;
use crate::section::Evidence::{self, Doc, Inferred, Recorded, RecordedByWord};
use crate::section::Section;
use crate::texts::{
    Success, context_not_supported, invalid_ciphertext, invalid_state, wrong_algorithm, wrong_usage,
};
use crate::world::World;

type Pairs = &'static [(&'static str, &'static str)];

/// What a message was encrypted with, what it is opened with, and whether that is the same context.
const MATCHES: [(Evidence, &str, Pairs, Pairs, bool); 22] = [
    (
        Recorded,
        "the same pair",
        &[("tenant", "blue")],
        &[("tenant", "blue")],
        true,
    ),
    (
        RecordedByWord,
        "another order",
        &[("a", "1"), ("b", "2")],
        &[("b", "2"), ("a", "1")],
        true,
    ),
    (Inferred, "none, twice", &[], &[], true),
    (
        Recorded,
        "another value",
        &[("tenant", "blue")],
        &[("tenant", "red")],
        false,
    ),
    (
        Recorded,
        "another key",
        &[("tenant", "blue")],
        &[("client", "blue")],
        false,
    ),
    (
        Recorded,
        "a missing pair",
        &[("a", "1"), ("b", "2")],
        &[("a", "1")],
        false,
    ),
    (
        Recorded,
        "an extra pair",
        &[("a", "1")],
        &[("a", "1"), ("b", "2")],
        false,
    ),
    (
        Recorded,
        "none where there was one",
        &[("a", "1")],
        &[],
        false,
    ),
    (
        Recorded,
        "one where there was none",
        &[],
        &[("a", "1")],
        false,
    ),
    (
        Doc,
        "the case of a key",
        &[("Tenant", "blue")],
        &[("tenant", "blue")],
        false,
    ),
    (
        Doc,
        "the case of a value",
        &[("tenant", "Blue")],
        &[("tenant", "blue")],
        false,
    ),
    (
        Inferred,
        "a letter that moves into the key",
        &[("a", "bc")],
        &[("ab", "c")],
        false,
    ),
    (
        Inferred,
        "a letter that moves into the value",
        &[("ab", "c")],
        &[("a", "bc")],
        false,
    ),
    (
        Inferred,
        "key and value swapped",
        &[("a", "b")],
        &[("b", "a")],
        false,
    ),
    (
        Inferred,
        "values swapped",
        &[("a", "1"), ("b", "2")],
        &[("a", "2"), ("b", "1")],
        false,
    ),
    (
        Inferred,
        "one pair that looks like two",
        &[("a", "1,b=2")],
        &[("a", "1"), ("b", "2")],
        false,
    ),
    (
        Inferred,
        "a value that goes on",
        &[("a", "1")],
        &[("a", "1 ")],
        false,
    ),
    (Inferred, "an empty value", &[("a", "")], &[("a", "")], true),
    (Inferred, "an empty key is a key", &[("", "")], &[], false),
    (
        Doc,
        "Unicode",
        &[("ключ", "値\u{1f511}")],
        &[("ключ", "値\u{1f511}")],
        true,
    ),
    (
        Inferred,
        "Unicode is not normalized",
        &[("k", "\u{e9}")],
        &[("k", "e\u{301}")],
        false,
    ),
    (
        Inferred,
        "the Encryption SDK's reserved key is a key as any",
        &[("aws-crypto-public-key", "x")],
        &[],
        false,
    ),
];

#[test]
fn a_message_opens_with_its_own_context_only() {
    let world = World::with_keys();
    Section::run("5", "contexts that match, and not", &world, |section| {
        for (evidence, name, made_with, opened_with, matches) in MATCHES {
            let expected = || match matches {
                true => Success,
                false => invalid_ciphertext(),
            };
            let made = encrypt("-")
                .destination("<A>")
                .destination_context(made_with);
            let blob = world.encrypted(&made);
            let ask = re_encrypt()
                .blob(blob.clone())
                .source_context(opened_with)
                .destination("<B>");
            section.case(evidence, format!("ReEncrypt: {name}"), ask, expected());
            let ask = decrypt().blob(blob).source_context(opened_with);
            section.case(evidence, format!("Decrypt: {name}"), ask, expected());

            // The destination's context is bound in the same way.
            let moved = re_encrypt()
                .blob(world.blob_of("A"))
                .destination("<B>")
                .destination_context(made_with);
            let ask = decrypt()
                .blob(world.encrypted(&moved))
                .source_context(opened_with);
            section.case(evidence, format!("of ReEncrypt: {name}"), ask, expected());
        }
    });
}

#[test]
fn the_two_sides_know_nothing_of_each_other() {
    let world = World::with_keys();
    let (blue, red): (Pairs, Pairs) = (&[("tenant", "blue")], &[("tenant", "red")]);
    let blob = world.encrypted(&encrypt("-").destination("<A>").destination_context(blue));
    let from_blue = |key: &str| {
        re_encrypt()
            .blob(blob.clone())
            .source_context(blue)
            .destination(key)
    };
    Section::run("5", "independence of both sides", &world, |section| {
        let to_red = world.encrypted(&from_blue("<A>").destination_context(red));
        let opened = |context| decrypt().blob(to_red.clone()).source_context(context);
        section.case(Doc, "same key, new context", opened(red), Success);
        section.case(
            Doc,
            "same key, old context",
            opened(blue),
            invalid_ciphertext(),
        );

        let to_none = world.encrypted(&from_blue("<B>"));
        let opened = |context| decrypt().blob(to_none.clone()).source_context(context);
        section.case(RecordedByWord, "not carried over", opened(&[]), Success);
        section.case(
            RecordedByWord,
            "so not bound",
            opened(blue),
            invalid_ciphertext(),
        );

        let swapped = re_encrypt()
            .blob(blob.clone())
            .source_context(red)
            .destination("<B>")
            .destination_context(blue);
        section.case(
            Inferred,
            "the wrong way round",
            swapped,
            invalid_ciphertext(),
        );

        let many: Vec<_> = (0..500)
            .map(|n| (format!("key {n}"), "v".repeat(20)))
            .collect();
        let many: Vec<_> = many.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let to_many = world.encrypted(&from_blue("<B>").destination_context(&many));
        let (mut altered, last) = (many.clone(), many.len() - 1);
        altered[last] = ("key 499", "another value");
        let opened = decrypt().blob(to_many.clone()).source_context(&altered);
        section.case(Inferred, "all of it counts", opened, invalid_ciphertext());
        let opened = decrypt().blob(to_many).source_context(&many);
        section.case(Inferred, "a context of many kilobytes", opened, Success);
    });
}

#[test]
fn an_asymmetric_key_takes_no_context() {
    let world = World::in_china();
    world.symmetric("A");
    world.signing("signing");
    let keys = [
        ("rsa", KeySpec::Rsa2048, "RSAES_OAEP_SHA_1"),
        ("rsa", KeySpec::Rsa2048, "RSAES_OAEP_SHA_256"),
        ("sm2", KeySpec::Sm2, "SM2PKE"),
    ];
    let context: Pairs = &[("k", "v")];
    Section::run("5", "asymmetric keys", &world, |section| {
        for (name, spec, by) in keys {
            let key = format!("<{name}>");
            world.add(name, encrypting(spec));
            let blob = world.encrypted(&encrypt("-").destination(&key).destination_by(by));
            let refused = context_not_supported;

            let ask = encrypt("-").destination(&key).destination_by(by);
            let ask = ask.destination_context(context);
            section.case(RecordedByWord, format!("Encrypt {by}"), ask, refused());
            let ask = decrypt().blob(blob.clone()).source(&key).source_by(by);
            let ask = ask.source_context(context);
            section.case(RecordedByWord, format!("Decrypt {by}"), ask, refused());

            let from = re_encrypt().blob(blob.clone()).source(&key).source_by(by);
            let ask = from.clone().source_context(context).destination("<A>");
            section.case(Inferred, format!("source {by}"), ask, refused());
            let ask = from.destination("<A>").destination_context(context);
            section.case(Inferred, format!("source {by}, other side"), ask, Success);

            let to = re_encrypt().blob(world.blob_of("A")).destination(&key);
            let to = to.destination_by(by);
            let ask = to.clone().destination_context(context);
            section.case(Inferred, format!("destination {by}"), ask, refused());
            let of_a = encrypt("-").destination("<A>").destination_context(context);
            let ask = to.blob(world.encrypted(&of_a)).source_context(context);
            section.case(
                Inferred,
                format!("destination {by}, other side"),
                ask,
                Success,
            );
        }
    });
}

/// Usage, state and algorithm come before the context.
#[test]
fn the_context_is_looked_at_last() {
    let world = World::with_keys();
    world.signing("signing");
    let by = "RSAES_OAEP_SHA_256";
    let blob = world.blob_of("A");
    let to = |key: &str| {
        re_encrypt()
            .blob(blob.clone())
            .destination(key)
            .destination_by(by)
            .destination_context(&[("k", "v")])
    };
    Section::run("5", "position of the context", &world, |section| {
        let expected = wrong_usage("<signing>", "SIGN_VERIFY", "ReEncryptTo");
        section.case(Inferred, "usage", to("<signing>"), expected);
        let expected = wrong_algorithm(by, "SYMMETRIC_DEFAULT");
        section.case(Inferred, "algorithm", to("<B>"), expected);
        world.set_state("rsa", KeyState::Unavailable);
        let expected = invalid_state("<rsa>", "unavailable");
        section.case(Inferred, "state", to("<rsa>"), expected);
    });
}
