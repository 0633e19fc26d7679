//! Help, version, the environment, and errors that name the option.

use crate::support::{Folder, Server, program, refusal, refusal_of, run};

#[test]
fn help_says_who_the_callers_are_and_what_a_principal_without_policies_may_do() {
    for option in ["--help", "-h"] {
        let output = run(&[option]);
        assert!(output.status.success());
        let help = String::from_utf8(output.stdout).unwrap();
        for text in [
            "Any other id acts as the root user of --account",
            "A principal without policies may do only what key policies and grants allow it by name",
            "SIGNATURES ARE NOT CHECKED",
            "--listen <HOST:PORT>",
            "KMS_REENCRYPT_LISTEN",
        ] {
            assert!(help.contains(text), "{option}: {text}\n{help}");
        }
        let widest = help.lines().map(str::len).max().unwrap();
        assert!(widest <= 100, "{widest}");
    }
}

#[test]
fn every_option_but_the_question_of_a_health_check_has_a_name_in_the_environment() {
    let help = String::from_utf8(run(&["--help"]).stdout).unwrap();
    let options = help
        .lines()
        .filter_map(|line| line.trim().strip_prefix("--"))
        .filter_map(|line| line.split([' ', ',']).next());
    let mut count = 0;
    for option in options {
        let variable = option.replace('-', "_").to_uppercase();
        let named = help.contains(&format!("[env: KMS_REENCRYPT_{variable}=]"));
        assert_eq!(named, option != "health-check", "{option}");
        count += 1;
    }
    assert!(count >= 22, "only {count} options found");
}

#[test]
fn the_version_is_that_of_the_package() {
    for option in ["--version", "-V"] {
        let output = run(&[option]);
        assert!(output.status.success());
        let version = concat!("kms-reencrypt-server ", env!("CARGO_PKG_VERSION"), "\n");
        assert_eq!(String::from_utf8(output.stdout).unwrap(), version);
    }
}

#[test]
fn the_environment_gives_options_and_the_command_line_wins() {
    let mut command = program(&["--account", "444455556666"]);
    command
        .env("KMS_REENCRYPT_LISTEN", "127.0.0.1:0")
        .env("KMS_REENCRYPT_ACCOUNT", "999999999999")
        .env("KMS_REENCRYPT_CONTROL", "yes")
        .env("KMS_REENCRYPT_ALLOW_REMOTE", "0")
        .env(
            "KMS_REENCRYPT_PRINCIPAL",
            "A=arn:aws:iam::444455556666:user/a B=arn:aws:iam::444455556666:user/b",
        );
    let server = Server::spawn(&mut command);
    assert!(server.create_key().contains(":444455556666:key/"));
    assert_eq!(server.request("POST", "/reset", &[], "").status, 200);
    for (id, user) in [("A", "user/a "), ("B", "user/b ")] {
        let denied = server.call(id, "ListKeys", "{}");
        assert!(denied.body.contains(user), "{denied:?}");
    }
}

#[test]
fn each_error_names_its_option_and_says_what_to_do() {
    let folder = Folder::new();
    let empty = folder.write("empty.json", "{}");
    let missing = folder.file("missing");
    for (arguments, texts) in [
        (
            vec!["--listn", "x"],
            vec!["'--listn'", "a similar argument exists: '--listen'"],
        ),
        (
            vec!["--listen", "4566"],
            vec!["'--listen <HOST:PORT>'", "such as 127.0.0.1:8080"],
        ),
        (
            vec!["--listen", "no-such-name.invalid:0"],
            vec!["--listen no-such-name.invalid:0: the name cannot be resolved"],
        ),
        (
            vec!["--max-connections", "0"],
            vec!["'--max-connections <N>'", "from 1 to 65535"],
        ),
        (
            vec!["--account", "root"],
            vec!["'--account <ID>'", "twelve digits"],
        ),
        (
            vec!["--region", "here"],
            vec!["'--region <REGION>'", "such as us-east-1"],
        ),
        (
            vec!["--principal", "AKIAALICE"],
            vec!["'--principal <KEY=ARN>'", "AKIAALICE=arn:aws:iam::"],
        ),
        (
            vec!["--principal", "AKIAALICE=alice"],
            vec![
                "'--principal <KEY=ARN>'",
                r#""alice" is not the ARN of a principal"#,
            ],
        ),
        (
            vec![
                "--principal",
                "A=arn:aws:iam::111122223333:user/a",
                "--principal",
                "A=arn:aws:iam::111122223333:user/b",
            ],
            vec!["--principal: two principals have the access key id A"],
        ),
        (
            vec!["--principals", &missing],
            vec!["--principals /", "No such file"],
        ),
        (
            vec!["--principals", &empty],
            vec!["--principals /", "Principals is missing"],
        ),
        (
            vec!["--unsigned-as", "arn:aws:s3:::bucket"],
            vec!["'--unsigned-as <ARN|KEY>'", "not the ARN of a principal"],
        ),
        (
            vec!["--unsigned-as", "AKIANOBODY"],
            vec!["--unsigned-as AKIANOBODY: no principal has this access key id"],
        ),
        (vec!["--seed", &missing], vec!["--seed /", "No such file"]),
        (vec!["--seed", &empty], vec!["--seed /", "Format"]),
        (vec!["--fault", &missing], vec!["--fault /", "No such file"]),
        (
            vec!["--fault", &empty],
            vec!["--fault /", "Faults is missing"],
        ),
        (
            vec!["--clock", "sundial"],
            vec!["'--clock <CLOCK>'", "offset:+90d"],
        ),
        (
            vec!["--clock", "manual"],
            vec!["--clock manual: ", "it needs --control"],
        ),
        (
            vec!["--log", "xml"],
            vec!["'--log <FORMAT>'", "text, json, off"],
        ),
        (
            vec!["--snapshot", &missing],
            vec!["--snapshot needs a key or a passphrase: --snapshot-key-file FILE"],
        ),
        (
            vec!["--snapshot-key-file", &missing],
            vec!["--snapshot <FILE>"],
        ),
        (
            vec!["--snapshot-interval", "1"],
            vec!["'--snapshot-interval <TIME>'", "such as 30s"],
        ),
        (
            vec!["--snapshot-interval", "0s"],
            vec!["'--snapshot-interval <TIME>'", "at least 10ms"],
        ),
    ] {
        let said = refusal(&arguments);
        for text in texts {
            assert!(said.contains(text), "{arguments:?}: {said}");
        }
    }
}

#[test]
fn a_wrong_value_in_the_environment_is_an_error_of_its_option() {
    let said = refusal_of(program(&[]).env("KMS_REENCRYPT_CLOCK", "sundial"));
    assert!(said.contains("'--clock <CLOCK>'"), "{said}");
    let said = refusal_of(program(&[]).env("KMS_REENCRYPT_CONTROL", "perhaps"));
    assert!(said.contains("'--control'"), "{said}");
}
