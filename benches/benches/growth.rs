//! What must not cost more in a large ring: a new key, a ReEncrypt between scattered keys, a new grant, and a decision by
//! a grant. Also printed: memory, large policies, and reads against writes.

use core::hint::black_box;
use core::time::Duration;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use kms_reencrypt::access::{Caller, GrantOperation, KeyPolicy};
use kms_reencrypt::iam::{Principal, Statement};
use kms_reencrypt::{EncryptRequest, KeyArn, Keyring, Kms, ReEncryptRequest};
use kms_reencrypt_benches::ratio::{Ratios, Row, Target, is_measuring, median};
use kms_reencrypt_benches::ring;

/// How many creations are timed together, and how often.
const BATCH: usize = 50;
const BATCHES: usize = 41;

/// The keys of which blobs are moved: too many for the L1 cache of any processor.
const SCATTERED: usize = 2000;

fn main() {
    let mut ratios = Ratios::to("the same with 1,000 keys or 100 grants");
    // Grants first: their memory shows only while the process has no free memory.
    grants(&mut ratios);
    keys(&mut ratios);
    ratios.finish("growth");
    let mut ratios = Ratios::to("a read without writes");
    reads_against_writes(&mut ratios);
    ratios.finish("growth, reads against writes");
    let mut ratios = Ratios::to("the default key policy");
    large_policy(&mut ratios);
    ratios.finish("growth, policies");
}

fn sizes(few: usize, many: &[usize]) -> Vec<usize> {
    if is_measuring() {
        [few].into_iter().chain(many.iter().copied()).collect()
    } else {
        vec![few.min(10)]
    }
}

fn keys(ratios: &mut Ratios) {
    let (mut first_create, mut first_read) = (None, None);
    let ring = ring::ring();
    let mut arns: Vec<KeyArn> = Vec::new();
    for count in sizes(1000, &[100_000, 1_000_000]) {
        let before = resident();
        let added = count.saturating_sub(arns.len());
        while arns.len() < count {
            let arn = ring::symmetric(&ring);
            // Some keys have aliases.
            if arns.len().is_multiple_of(4) {
                let name = format!("alias/{}", arns.len());
                ring.create_alias(&name, arn).expect("the name is free");
            }
            arns.push(arn);
        }
        let memory = resident().saturating_sub(before);
        let create = median_of(|| {
            for _ in 0..BATCH {
                black_box(ring::symmetric(&ring));
            }
        }) / per_batch();
        row(
            ratios,
            &format!("create a key among {count}"),
            create,
            &mut first_create,
            Some(Target::AtMost(2.0)),
        );

        let kms = Kms::new(ring.clone());
        let step = (arns.len() / SCATTERED).max(1);
        let scattered: Vec<ReEncryptRequest> = arns
            .iter()
            .step_by(step)
            .zip(arns.iter().rev().step_by(step))
            .map(|(source, destination)| {
                let request = ring::symmetric_request(&kms, *source, *destination, 32, 0);
                request.build().expect("a request")
            })
            .collect();
        let mut next = scattered.iter().cycle();
        let read = median_of(|| {
            for request in next.by_ref().take(BATCH) {
                drop(black_box(kms.re_encrypt(request).expect("it is allowed")));
            }
        }) / per_batch();
        row(
            ratios,
            &format!("ReEncrypt between keys scattered among {count}"),
            read,
            &mut first_read,
            None,
        );
        if is_measuring() {
            let each = float(memory) / float(added.max(1));
            println!(
                "{added} more keys, every fourth with an alias: {each:.0} bytes of memory a key"
            );
        }
    }
}

fn grants(ratios: &mut Ratios) {
    let (mut first_create, mut first_decision) = (None, None);
    let ring = ring::ring();
    let key = ring::symmetric(&ring);
    let administrator = Kms::new(ring.clone());
    let mut granted = 0;
    let grant = |number: usize| {
        let grantee = format!("arn:aws:iam::444455556666:role/worker-{number}");
        ring.create_grant(key, grantee, |grant| {
            grant.operation(GrantOperation::Encrypt)
        })
        .expect("a grant");
    };
    for count in sizes(100, &[2_000, 10_000, 50_000]) {
        let before = resident();
        let added = count.saturating_sub(granted);
        (granted..count).for_each(grant);
        let memory = resident().saturating_sub(before);
        granted = count;
        let create = median_of(|| {
            for _ in 0..BATCH {
                grant(granted);
                granted += 1;
            }
        }) / per_batch();
        row(
            ratios,
            &format!("create a grant beside {count}"),
            create,
            &mut first_create,
            Some(Target::AtMost(2.0)),
        );

        let worker = "arn:aws:sts::444455556666:assumed-role/worker-7/session".parse::<Caller>();
        let allow = Statement::allow().action("kms:*").resource("*");
        let policy = kms_reencrypt::iam::Policy::new().statement(allow);
        let grantee =
            administrator.as_caller(worker.expect("a session").with_identity_policy(policy));
        let request = EncryptRequest::builder()
            .key_id(key)
            .plaintext("data")
            .build()
            .expect("a request");
        let encrypt = |kms: &Kms<Keyring>| {
            for _ in 0..BATCH {
                drop(black_box(kms.encrypt(&request).expect("it is allowed")));
            }
        };
        let decision = median_of(|| encrypt(&grantee)) / per_batch();
        let plain = median_of(|| encrypt(&administrator)) / per_batch();
        row(
            ratios,
            &format!("Encrypt by a grantee beside {count} grants"),
            decision,
            &mut first_decision,
            None,
        );
        if is_measuring() {
            println!(
                "a decision by a grant beside {count}: {:.0} ns over the administrator's",
                decision - plain
            );
            println!(
                "{added} more grants: {:.0} bytes of memory a grant",
                float(memory) / float(added.max(1))
            );
        }
    }
}

/// The time within which 99 of 100 reads end, without writes and while 1,000 keys a second are created.
fn reads_against_writes(ratios: &mut Ratios) {
    let ring = ring::ring();
    for _ in 0..if is_measuring() { 10_000 } else { 1 } {
        ring::symmetric(&ring);
    }
    let key = ring::symmetric(&ring);
    let kms = Kms::new(ring.clone());
    let request = EncryptRequest::builder()
        .key_id(key)
        .plaintext("data")
        .build()
        .expect("a request");
    let reads = || {
        let rounds = if is_measuring() { 100_000 } else { 100 };
        let mut times: Vec<Duration> = (0..rounds)
            .map(|_| {
                let start = Instant::now();
                drop(black_box(kms.encrypt(&request).expect("it is allowed")));
                start.elapsed()
            })
            .collect();
        times.sort_unstable();
        times
            .get(times.len() * 99 / 100)
            .copied()
            .unwrap_or_default()
            .as_secs_f64()
            * 1e9
    };
    let quiet = reads();
    let stop = AtomicBool::new(false);
    let (busy, written) = thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut written = 0_u32;
            loop {
                ring::symmetric(&ring);
                written += 1;
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                thread::sleep(Duration::from_micros(900));
            }
            written
        });
        let busy = reads();
        stop.store(true, Ordering::Relaxed);
        (busy, writer.join().expect("it does not panic"))
    });
    assert!(written > 0, "nothing was written");
    ratios.rows.push(Row {
        name: "p99 of Encrypt during 1,000 new keys a second".to_owned(),
        amount: busy,
        unit: "ns".to_owned(),
        ratio: busy / quiet,
        target: None,
    });
}

/// A decision by a policy close to 32,768 bytes, whose last statement is the one that allows it.
fn large_policy(ratios: &mut Ratios) {
    let caller: Caller = "arn:aws-cn:iam::111122223333:user/alice"
        .parse()
        .expect("an ARN");
    let mut policy = KeyPolicy::default();
    for number in 0..150 {
        let other = format!("arn:aws-cn:iam::111122223333:role/role-{number:04}");
        let other: Principal = other
            .parse::<kms_reencrypt::iam::PrincipalArn>()
            .expect("an ARN")
            .into();
        policy = policy.statement(
            Statement::allow()
                .principal(other)
                .action("kms:Encrypt")
                .resource("*"),
        );
    }
    let alice: kms_reencrypt::iam::PrincipalArn = "arn:aws-cn:iam::111122223333:user/alice"
        .parse()
        .expect("an ARN");
    let policy = policy.statement(
        Statement::allow()
            .principal(alice)
            .action("kms:Encrypt")
            .resource("*"),
    );
    let ring = ring::ring();
    let large = ring::symmetric(&ring);
    ring.put_key_policy(large, policy)
        .expect("the policy is taken");
    let small = ring::symmetric(&ring);
    let request = |key| {
        EncryptRequest::builder()
            .key_id(key)
            .plaintext("data")
            .build()
            .expect("a request")
    };
    let (large, small) = (request(large), request(small));
    let kms = Kms::new(ring);
    let alice = kms.as_caller(caller);
    let time = |kms: &Kms<Keyring>, request: &EncryptRequest| {
        median_of(|| {
            for _ in 0..BATCH {
                drop(black_box(kms.encrypt(request).expect("it is allowed")));
            }
        }) / per_batch()
    };
    let by_large = time(&alice, &large);
    let by_default = time(&kms, &small);
    ratios.rows.push(Row {
        name: "Encrypt by a key policy of 151 statements".to_owned(),
        amount: by_large,
        unit: "ns".to_owned(),
        ratio: by_large / by_default,
        target: None,
    });
}

fn row(
    ratios: &mut Ratios,
    name: &str,
    amount: f64,
    first: &mut Option<f64>,
    target: Option<Target>,
) {
    let reference = *first.get_or_insert(amount);
    ratios.rows.push(Row {
        name: name.to_owned(),
        amount,
        unit: "ns".to_owned(),
        ratio: amount / reference,
        target,
    });
}

/// The median time of some calls, in nanoseconds.
fn median_of(mut call: impl FnMut()) -> f64 {
    let rounds = if is_measuring() { BATCHES } else { 1 };
    let times = (0..rounds).map(|_| {
        let start = Instant::now();
        call();
        start.elapsed()
    });
    median(times.collect()).unwrap_or_default()
}

fn per_batch() -> f64 {
    float(BATCH)
}

fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The resident memory of this process, in bytes. 0 where the system does not tell.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<usize>().ok());
    kib.unwrap_or_default().saturating_mul(1024)
}
