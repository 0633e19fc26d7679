//! What must not affect the time: the number of keys in a ring, the number of older materials of a key, and another
//! thread that uses the same keys.

use core::hint::black_box;
use core::time::Duration;
use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use kms_reencrypt::keyring::ON_DEMAND_ROTATIONS_MAX;
use kms_reencrypt::{KeyArn, Keyring, Kms, ReEncryptRequest};
use kms_reencrypt_benches::floor::Floor;
use kms_reencrypt_benches::ratio::{Ratios, Row, Target, criterion, is_measuring, median};
use kms_reencrypt_benches::ring;

/// The length of a data key.
const LEN: usize = 32;

/// A ring larger than that of any account: AWS's quota is 100,000 keys.
const MANY_KEYS: usize = 100_000;

/// This many pairs of keys, used in turn, do not fit in the L1 cache of any processor.
const PAIRS: usize = 1000;

fn main() {
    keys();
    materials();
    threads();
}

fn keys() {
    let few = Subject::new(ring::ring(), 1);
    let ring = ring::ring();
    for _ in 0..if is_measuring() { MANY_KEYS } else { 10 } {
        ring::symmetric(&ring);
    }
    let many = Subject::new(ring, PAIRS);
    let mut criterion = criterion();
    let mut ratios = Ratios::to("the same ReEncrypt over a ring with two keys");
    let mut group = criterion.benchmark_group("keys");
    let name = format!("{MANY_KEYS} keys, the same two in use");
    ratios.measure(
        &mut group,
        &name,
        Some(Target::AtMost(1.3)),
        || many.re_encrypt(0),
        || few.re_encrypt(0),
    );
    let mut turn = 0;
    let next = move || {
        turn = (turn + 1) % PAIRS;
        turn
    };
    let name = format!("{MANY_KEYS} keys, {PAIRS} pairs of them in turn");
    let mut next = next;
    ratios.measure(
        &mut group,
        &name,
        None,
        || many.re_encrypt(next()),
        || few.re_encrypt(0),
    );
    group.finish();
    ratios.finish("scaling, keys");
}

fn materials() {
    let few = Subject::new(ring::ring(), 1);
    let ring = ring::ring();
    let many = Subject::new(ring.clone(), 1);
    for _ in 0..ON_DEMAND_ROTATIONS_MAX {
        for key in many.keys {
            ring.rotate_key_on_demand(key).expect("it may be rotated");
        }
    }
    let mut criterion = criterion();
    let mut ratios = Ratios::to("the same ReEncrypt between keys that were never rotated");
    let mut group = criterion.benchmark_group("materials");
    let name = format!("{ON_DEMAND_ROTATIONS_MAX} rotations, a blob from before the first");
    ratios.measure(
        &mut group,
        &name,
        Some(Target::AtMost(1.05)),
        || many.re_encrypt(0),
        || few.re_encrypt(0),
    );
    group.finish();
    ratios.finish("scaling, materials");
}

/// Two threads on the same keys, against the bare cryptography on two threads that share nothing.
fn threads() {
    let rounds = if is_measuring() { 40 } else { 1 };
    let subject = Subject::new(ring::ring(), 1);
    let ours = || {
        let subject = &subject;
        move || subject.re_encrypt(0)
    };
    let bare = || {
        let mut floor = Floor::new(LEN, 0);
        move || floor.re_encrypt()
    };
    let (mut our_gains, mut bare_gains) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        our_gains.push(calls_at_once(2, ours) / calls_at_once(1, ours));
        bare_gains.push(calls_at_once(2, bare) / calls_at_once(1, bare));
    }
    let (ours, bare) = (middle(our_gains), middle(bare_gains));
    let mut ratios = Ratios::to("what a second thread gains for the bare cryptography");
    ratios.rows.push(Row {
        name: "two threads on the same two keys".to_owned(),
        amount: ours,
        unit: "times the calls of one".to_owned(),
        ratio: ours / bare,
        target: Some(Target::AtLeast(0.95)),
    });
    ratios.finish("scaling, threads");
}

/// Blobs under keys of a ring, to be moved to other keys of it.
struct Subject {
    kms: Kms<Keyring>,
    /// The first pair.
    keys: [KeyArn; 2],
    requests: Vec<ReEncryptRequest>,
}

impl Subject {
    fn new(ring: Keyring, pairs: usize) -> Self {
        let keys: Vec<KeyArn> = (0..2 * pairs).map(|_| ring::symmetric(&ring)).collect();
        let (keys, _) = keys.as_chunks::<2>();
        let kms = Kms::new(ring);
        let request = |[source, destination]: &[KeyArn; 2]| {
            ring::symmetric_request(&kms, *source, *destination, LEN, 0)
                .build()
                .expect("a request")
        };
        Self {
            requests: keys.iter().map(request).collect(),
            keys: *keys.first().expect("there is a pair"),
            kms,
        }
    }

    fn re_encrypt(&self, pair: usize) {
        let request = self.requests.get(pair).expect("there are so many pairs");
        drop(black_box(
            self.kms
                .re_encrypt(black_box(request))
                .expect("it is allowed"),
        ));
    }
}

/// How many calls a second this many threads make together, each with a subject that it has made itself.
fn calls_at_once<F: FnMut()>(threads: usize, subject: impl Fn() -> F + Sync) -> f64 {
    const WHILE: Duration = Duration::from_millis(25);
    let start = Barrier::new(threads);
    let (start, subject) = (&start, &subject);
    let count = move || {
        let mut call = subject();
        call();
        start.wait();
        let begin = Instant::now();
        let mut calls = 0_u32;
        while begin.elapsed() < WHILE {
            for _ in 0..64 {
                call();
            }
            calls += 64;
        }
        f64::from(calls) / begin.elapsed().as_secs_f64()
    };
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(count)).collect();
        let counts = running
            .into_iter()
            .map(|thread| thread.join().expect("it does not panic"));
        counts.sum()
    })
}

fn middle(gains: Vec<f64>) -> f64 {
    median(gains.into_iter().map(Duration::from_secs_f64).collect()).unwrap_or_default() / 1e9
}
