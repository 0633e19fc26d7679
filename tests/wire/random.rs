//! `GenerateRandom`

use serde_json::json;

use crate::server::{Server, bytes};

#[test]
fn random_bytes_are_fresh_and_as_many_as_were_asked_for() {
    let server = Server::new();
    for len in [1, 16, 1024] {
        let answer = server.ok("GenerateRandom", json!({"NumberOfBytes": len}));
        assert_eq!(bytes(&answer["Plaintext"]).len(), len);
    }
    let draw = || server.ok("GenerateRandom", json!({"NumberOfBytes": 32}));
    assert_ne!(draw(), draw());
}

#[test]
fn how_many_bytes_there_may_be_is_said_by_the_model() {
    let server = Server::new();
    let constraint = |value: i64, constraint: &str| {
        format!(
            "1 validation error detected: Value '{value}' at 'numberOfBytes' failed to satisfy constraint: Member must have value {constraint}"
        )
    };
    for (request, expected) in [
        (json!({}), "NumberOfBytes is required.".to_owned()),
        (
            json!({"NumberOfBytes": 0}),
            constraint(0, "greater than or equal to 1"),
        ),
        (
            json!({"NumberOfBytes": 1025}),
            constraint(1025, "less than or equal to 1024"),
        ),
        (
            json!({"NumberOfBytes": 70_000}),
            constraint(70_000, "less than or equal to 1024"),
        ),
    ] {
        let answer = server.error("GenerateRandom", request);
        assert_eq!(answer, ("ValidationException".to_owned(), expected));
    }
    for number in [0, 1025] {
        let error = server.keyring.generate_random(number).unwrap_err();
        assert_eq!(error.code(), "ValidationException");
    }
}
