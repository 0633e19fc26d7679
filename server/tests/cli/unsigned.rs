//! Requests without a signature.

use crate::support::{Folder, Server, kms_headers};

const PRINCIPALS: &str = r#"{"Principals": [{
    "AccessKeyId": "AKIAREADER",
    "Arn": "arn:aws:iam::111122223333:user/reader",
    "IdentityPolicies": [{
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"}
    }]
}]}"#;

/// The status and the body of a call without any authorization, or with this one.
fn call(server: &Server, operation: &str, authorization: &str) -> (u16, String) {
    let headers = kms_headers(operation, authorization);
    let headers = headers.into_iter().filter(|header| !header.is_empty());
    let headers: Vec<_> = headers.collect();
    let answer = server.request("POST", "/", &headers, "{}");
    (answer.status, answer.body)
}

const MISSING: &str =
    r#"{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}"#;

#[test]
fn without_the_option_they_get_aws_s_answer() {
    let server = Server::start(&[]);
    assert_eq!(call(&server, "ListKeys", ""), (400, MISSING.to_owned()));
}

#[test]
fn they_are_from_the_root_user_in_the_region_of_the_server() {
    let server = Server::start(&[
        "--allow-unsigned",
        "--account",
        "444455556666",
        "--region",
        "eu-west-1",
    ]);
    let (status, created) = call(&server, "CreateKey", "");
    assert_eq!(status, 200, "{created}");
    let place = "arn:aws:kms:eu-west-1:444455556666:key/";
    assert!(created.contains(place), "{created}");
    // What is there and cannot be read is no request without a signature.
    let broken = call(&server, "ListKeys", "Authorization: Bearer token");
    assert_eq!(broken, (400, MISSING.to_owned()));
}

#[test]
fn they_are_from_whom_the_user_says() {
    let folder = Folder::new();
    let principals = folder.write("principals.json", PRINCIPALS);
    let server = Server::start(&["--unsigned-as", "arn:aws:iam::111122223333:user/nobody"]);
    let (status, denied) = call(&server, "ListKeys", "");
    assert_eq!(status, 400);
    assert!(denied.contains("user/nobody is not authorized"), "{denied}");

    let server = Server::start(&["--unsigned-as", "AKIAREADER", "--principals", &principals]);
    assert_eq!(call(&server, "ListKeys", "").0, 200);
    let (_, denied) = call(&server, "CreateKey", "");
    assert!(denied.contains("user/reader is not authorized"), "{denied}");
}
