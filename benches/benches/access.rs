//! What authorization adds to a ReEncrypt.

use core::hint::black_box;

use kms_reencrypt::access::{Caller, KeyPolicy};
use kms_reencrypt::iam::{Condition, ConditionOperator, Principal, PrincipalArn, Statement};
use kms_reencrypt::{KeyArn, Keyring, Kms, ReEncryptRequest};
use kms_reencrypt_benches::ratio::{Ratios, Row, Target, criterion};
use kms_reencrypt_benches::ring;

/// The length of a data key.
const LEN: usize = 32;

/// The nanoseconds that two key policies may add.
const MOST_ADDED: f64 = 2_000.0;

fn main() {
    let root = subject(ring::ring(), |kms, _| kms);
    let administrator = subject(ring::ring(), |kms, [source, _]| {
        let administrator = Caller::administrator(*source.account());
        kms.as_caller(administrator.in_partition_of(source.region()))
    });
    let limited = subject(ring::ring(), |kms, keys| {
        for key in keys {
            let policy = ten_statements(&key);
            let taken = kms.provider().put_key_policy(key, policy);
            taken.expect("the policy is one");
        }
        let [source, _] = keys;
        let session = Caller::assumed_role(*source.account(), "worker", "1").expect("a session");
        let session = session
            .in_partition_of(source.region())
            .with_tag("team", "blue");
        kms.as_caller(session.with_via_service("s3.us-east-2.amazonaws.com"))
    });
    let mut criterion = criterion();
    let mut group = criterion.benchmark_group("access");
    let mut to_root = Ratios::to("the same ReEncrypt of the account's root user");
    to_root.measure(
        &mut group,
        "an administrator",
        Some(Target::AtMost(1.05)),
        || re_encrypt(&administrator),
        || re_encrypt(&root),
    );
    let mut to_administrator = Ratios::to("the same ReEncrypt of an administrator");
    to_administrator.measure(
        &mut group,
        "two key policies of ten statements with conditions",
        None,
        || re_encrypt(&limited),
        || re_encrypt(&administrator),
    );
    group.finish();
    to_root.finish("access");
    added_by(&to_administrator).finish("access, added");
    criterion.final_summary();
}

type Subject = (Kms<Keyring>, ReEncryptRequest);

/// A request between two keys of a ring, and who sends it.
fn subject(
    ring: Keyring,
    change: impl FnOnce(Kms<Keyring>, [KeyArn; 2]) -> Kms<Keyring>,
) -> Subject {
    let keys = [ring::symmetric(&ring), ring::symmetric(&ring)];
    let kms = Kms::new(ring);
    let [source, destination] = keys;
    let request = ring::symmetric_request(&kms, source, destination, LEN, 2);
    (change(kms, keys), request.build().expect("a request"))
}

fn re_encrypt((kms, request): &Subject) {
    let response = kms.re_encrypt(black_box(request));
    drop(black_box(response.expect("it is allowed")));
}

/// The time added to the reference, as a fraction of the allowed time.
fn added_by(measured: &Ratios) -> Ratios {
    let mut added = Ratios::to("the 2 µs that may be added to an administrator's ReEncrypt");
    added.rows.extend(measured.rows.iter().map(|row| {
        let amount = row.amount - row.amount / row.ratio;
        Row {
            name: row.name.clone(),
            amount,
            unit: row.unit.clone(),
            ratio: amount / MOST_ADDED,
            target: Some(Target::AtMost(1.0)),
        }
    }));
    added
}

/// Ten statements about the same role and action, each with two conditions. The last one allows.
fn ten_statements(key: &KeyArn) -> KeyPolicy {
    use ConditionOperator::{StringEquals, StringLike};
    let role = PrincipalArn::role(*key.account(), "worker").expect("a role");
    let role = Principal::Arn(role.in_partition_of(key.region()));
    (1..=10).fold(KeyPolicy::new(), |policy, number| {
        let team = if number == 10 { "blue" } else { "red" };
        let statement = Statement::allow()
            .principal(role.clone())
            .action("kms:ReEncrypt*")
            .action("kms:Decrypt")
            .resource("*")
            .condition(Condition::new(
                StringLike,
                "kms:ViaService",
                ["s3.*.amazonaws.com"],
            ))
            .condition(Condition::new(
                StringEquals,
                "aws:PrincipalTag/team",
                [team],
            ));
        policy.statement(statement)
    })
}
