//! Properties that hold for every encryption context, identifier and request. tests/strategies.rs has those of ciphertexts.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;

use kms_reencrypt::blob::CiphertextBlob;
use kms_reencrypt::error::ValidationError;
use kms_reencrypt::{
    AliasArn, EncryptionAlgorithm, EncryptionContext, KeyArn, KeyId, KeyIdentifier, KeyMaterialId,
    KmsError, ReEncryptRequest, Region,
};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;

fn context() -> impl Strategy<Value = BTreeMap<String, String>> {
    btree_map(".{0,12}", ".{0,20}", 0..5)
}

/// Texts with which different contexts have the same bytes when their keys and values are joined.
fn ambiguous_context() -> impl Strategy<Value = BTreeMap<String, String>> {
    btree_map("[ab\\x00\\x01]{0,3}", "[ab\\x00\\x01]{0,3}", 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn contexts_have_equal_encodings_exactly_if_they_are_equal(
        one in ambiguous_context(),
        other in ambiguous_context(),
    ) {
        let encode = |context: &BTreeMap<_, _>| context.clone().into_iter().collect::<EncryptionContext>();
        prop_assert_eq!(encode(&one).as_bytes() == encode(&other).as_bytes(), one == other);
    }

    #[test]
    fn a_context_gives_back_its_pairs_in_whatever_order_they_came(
        pairs in context(),
        order in any::<u64>(),
    ) {
        let encoded: EncryptionContext = pairs.clone().into_iter().collect();
        let mut shuffled: Vec<_> = pairs.clone().into_iter().collect();
        shuffled.sort_by_key(|(key, _)| key.bytes().fold(order, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        }));
        prop_assert_eq!(&shuffled.into_iter().collect::<EncryptionContext>(), &encoded);
        let back = encoded.iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
        prop_assert_eq!(back.collect::<BTreeMap<_, _>>(), pairs);
    }

    #[test]
    fn bytes_of_any_kind_are_inspected_and_parsed_without_a_panic(bytes in vec(any::<u8>(), 0..300)) {
        let _ = CiphertextBlob::parse(&bytes);
        prop_assert!(!CiphertextBlob::inspect(&bytes).to_string().is_empty());
    }

    #[test]
    fn an_identifier_prints_the_very_text_that_it_was_read_from(text in identifier()) {
        let identifier = KeyIdentifier::from(text.as_str());
        prop_assert_eq!(identifier.to_string(), text);
        prop_assert_eq!(KeyIdentifier::from(identifier.to_string()), identifier);
    }

    #[test]
    fn well_formed_names_are_read_as_what_they_are(
        id in key_id(),
        region in region(),
        account in "[0-9]{12}",
        alias in "alias/[a-zA-Z0-9:/_-]{1,40}",
    ) {
        let partition = region.parse::<Region>().unwrap().partition();
        let place = format!("arn:{partition}:kms:{region}:{account}");
        let read: KeyId = id.parse().unwrap();
        prop_assert_eq!(read.as_str(), &id);
        let arn = format!("{place}:key/{id}");
        prop_assert_eq!(arn.parse::<KeyArn>().unwrap().to_string(), arn.as_str());
        prop_assert!(matches!(KeyIdentifier::from(arn), KeyIdentifier::KeyArn(_)));
        let arn = format!("{place}:{alias}");
        prop_assert_eq!(arn.parse::<AliasArn>().unwrap().to_string(), arn.as_str());
        prop_assert!(matches!(KeyIdentifier::from(arn), KeyIdentifier::AliasArn(_)));
    }

    #[test]
    fn key_material_ids_print_and_parse_to_themselves(bytes in any::<[u8; 32]>()) {
        let id = KeyMaterialId::from_bytes(bytes);
        prop_assert_eq!(id.to_string().parse::<KeyMaterialId>(), Ok(id));
    }

    #[test]
    fn a_request_with_one_violation_names_it_and_no_other(
        (member, words, request) in a_violation(),
    ) {
        let error = request.build().unwrap_err();
        let text = error.to_string();
        prop_assert!(text.starts_with("1 validation error detected: "), "{}", text);
        prop_assert!(text.contains(&format!("at '{member}' failed to satisfy constraint: {words}")), "{}", text);
        prop_assert_eq!(error.code(), "ValidationException");
        let KmsError::Validation(ValidationError::Constraints(violations)) = error else { unreachable!() };
        prop_assert_eq!(violations.len(), 1);
    }

    #[test]
    fn a_request_within_its_constraints_is_built(request in valid_request()) {
        prop_assert!(request.build().is_ok());
    }
}

fn key_id() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "mrk-[0-9a-fA-F]{32}",
    ]
}

fn region() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{2,8}-[a-z]{2,9}-[1-9]",
        "(us-gov|us-iso|us-isob|eu-isoe|us-isof|cn|eusc)-[a-z]{2,9}-[1-9]",
    ]
    .prop_filter("two or three words", |region| {
        region.parse::<Region>().is_ok()
    })
}

/// Texts that are identifiers, nearly are, or are anything at all.
fn identifier() -> impl Strategy<Value = String> {
    prop_oneof![
        key_id(),
        "alias/.{0,20}",
        "(arn|arm):aws(-cn)?:kms:(us-east-2|cn-north-1|x):[0-9]{11,13}:(key|alias|kex)/.{0,40}",
        (region(), key_id())
            .prop_map(|(region, id)| format!("arn:aws:kms:{region}:111122223333:key/{id}")),
        ".{0,60}",
    ]
}

fn valid_request() -> impl Strategy<Value = kms_reencrypt::ReEncryptRequestBuilder> {
    let len = prop_oneof![1..100_usize, 6143..=6144_usize];
    let blob = (len, any::<u8>()).prop_map(|(len, byte)| vec![byte; len]);
    let id = prop_oneof!["[ -~]{1,80}", "alias/[a-z]{2042}"];
    let tokens = vec("[a-z]{1,12}", 0..=10);
    let uses = (
        select(EncryptionAlgorithm::ALL),
        select(EncryptionAlgorithm::ALL),
    );
    (blob, id.clone(), id, tokens, uses).prop_map(|(blob, source, destination, tokens, uses)| {
        ReEncryptRequest::builder()
            .ciphertext_blob(blob)
            .source_key_id(source)
            .destination_key_id(destination)
            .set_grant_tokens(Some(tokens))
            .source_encryption_algorithm(uses.0)
            .destination_encryption_algorithm(uses.1)
    })
}

/// A request with one invalid member, with the name of the member and the message for it.
fn a_violation() -> impl Strategy<
    Value = (
        &'static str,
        &'static str,
        kms_reencrypt::ReEncryptRequestBuilder,
    ),
> {
    const AT_LEAST_1: &str = "Member must have length greater than or equal to 1";
    const ASCII: &str = "Member must satisfy regular expression pattern: ^\\p{ASCII}+$";
    const VALUES: &str = "Member must satisfy enum value set: [";
    let too_long = "alias/[a-z]{2043,2100}";
    let unknown = "[a-z]{0,20}";
    let not_ascii = "[ -~]{0,20}[à-ž][ -~]{0,20}";
    (valid_request(), 0..11, too_long, unknown, not_ascii).prop_map(
        |(request, which, too_long, unknown, not_ascii)| match which {
            0 => ("ciphertextBlob", AT_LEAST_1, request.ciphertext_blob([])),
            1 => (
                "ciphertextBlob",
                "Member must have length less than or equal to 6144",
                request.ciphertext_blob(vec![1; 6145]),
            ),
            2 => (
                "sourceKeyId",
                "Member must have length less than or equal to 2048",
                request.source_key_id(too_long),
            ),
            3 => (
                "destinationKeyId",
                "Member must have length less than or equal to 2048",
                request.destination_key_id(too_long),
            ),
            4 => ("sourceKeyId", ASCII, request.source_key_id(not_ascii)),
            5 => (
                "destinationKeyId",
                ASCII,
                request.destination_key_id(not_ascii),
            ),
            6 => (
                "sourceEncryptionAlgorithm",
                VALUES,
                request.source_encryption_algorithm(unknown),
            ),
            7 => (
                "destinationEncryptionAlgorithm",
                VALUES,
                request.destination_encryption_algorithm(unknown),
            ),
            8 => (
                "grantTokens",
                "Member must have length less than or equal to 10",
                request.set_grant_tokens(Some(vec![unknown + "x"; 11])),
            ),
            9 => (
                "grantTokens",
                "Member must satisfy constraint: [",
                request.set_grant_tokens(Some(vec![String::new()])),
            ),
            _ => (
                "dryRunModifiers",
                "Member must satisfy constraint: [",
                request.dry_run_modifiers(unknown.as_str()),
            ),
        },
    )
}
