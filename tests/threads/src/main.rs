//! The ring's store under shuttle, which runs threads one at a time and chooses at every lock which of them goes on: at random,
//! and by the method of PCT (Burckhardt and others, 2010), which finds any fault of a small depth with a known probability.
//!
//! `cargo run --manifest-path tests/threads/Cargo.toml [SCHEDULES]`. A failure prints the schedule that led to it.

#![expect(
    clippy::expect_used,
    reason = "a check fails by panicking, which shuttle reports with the schedule"
)]

use std::panic::catch_unwind;
use std::sync::Arc;
use std::time::Instant;

use shuttle::sync::Mutex;
use shuttle::sync::atomic::{AtomicU64, Ordering};
use shuttle::thread;

/// The library's own file.
#[path = "../../../src/keyring/store.rs"]
mod store;

/// What the file takes from the library's `keyring::sync`. The counter that spreads threads over the shards stays the standard
/// library's: it synchronizes nothing.
mod sync {
    pub(crate) use shuttle::sync::{Arc, Mutex, MutexGuard};
    pub(crate) use shuttle::thread_local;
    pub(crate) use std::sync::PoisonError;
    pub(crate) use std::sync::atomic::{AtomicUsize, Ordering};
}

use store::Store;

/// How many schedules of each kind a check runs under, unless it is told otherwise.
const SCHEDULES: usize = 2_000;

/// How many places at which another thread has to go on a fault may need.
const DEPTH: usize = 3;

fn main() {
    let schedules = std::env::args().nth(1).map_or(SCHEDULES, |text| {
        text.parse()
            .expect("the argument is the number of schedules")
    });
    for (name, check) in [
        (
            "no reader sees an older state than another has seen",
            no_reader_goes_back as fn(),
        ),
        (
            "no reader sees an older state than another has seen, by changes in place",
            no_reader_goes_back_in_place,
        ),
        ("no reader sees half of a change", no_reader_sees_half),
        ("no change is lost", no_change_is_lost),
        ("a snapshot stays as it is", a_snapshot_stays),
        (
            "a snapshot stays as it is, by changes in place",
            a_snapshot_stays_in_place,
        ),
        (
            "a change that fails changes nothing",
            a_failed_change_changes_nothing,
        ),
        ("a change may read the store", a_change_may_read),
        ("a check may read the store", a_check_may_read),
    ] {
        let begin = Instant::now();
        shuttle::check_random(check, schedules);
        shuttle::check_pct(check, schedules, DEPTH);
        println!(
            "{name}: {} schedules, {:.1} s",
            2 * schedules,
            begin.elapsed().as_secs_f64()
        );
    }
    println!("a store that changes its shards one by one, which has to fail:");
    let torn = catch_unwind(|| shuttle::check_random(a_torn_write_is_seen, SCHEDULES));
    assert!(
        torn.is_err(),
        "a store that changes its shards one by one has to be caught"
    );
    println!("it is caught");
}

fn set(store: &Store<u64>, to: u64) {
    let result: Result<(), ()> = store.write(|value| {
        *value = to;
        Ok(())
    });
    result.expect("written");
}

/// The same in place, if no reader holds the value.
fn set_in_place(store: &Store<u64>, to: u64) {
    let result: Result<(), ()> = store.write_checked(|_| Ok(to), |value, to| *value = to);
    result.expect("written");
}

/// Three readers and a writer. What a reader sees is no older than what any reader had seen before it began.
fn readers_and_writer<S: Send + Sync + 'static>(store: S, read: fn(&S) -> u64, write: fn(&S, u64)) {
    let store = Arc::new(store);
    let seen = Arc::new(AtomicU64::new(0));
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (store, seen) = (Arc::clone(&store), Arc::clone(&seen));
            thread::spawn(move || {
                for _ in 0..3 {
                    let before = seen.load(Ordering::SeqCst);
                    let value = read(&store);
                    assert!(value >= before, "{value} after {before}");
                    seen.fetch_max(value, Ordering::SeqCst);
                }
            })
        })
        .collect();
    for value in 1..=2 {
        write(&store, value);
        // Whoever begins to read now sees it.
        seen.fetch_max(value, Ordering::SeqCst);
    }
    for reader in readers {
        reader.join().expect("read");
    }
}

fn no_reader_goes_back() {
    readers_and_writer(Store::new(0), |store| *store.read(), set);
}

fn no_reader_goes_back_in_place() {
    readers_and_writer(Store::new(0), |store| *store.read(), set_in_place);
}

/// One reader holds what it reads for a while, one looks again and again, and two writers make changes of two steps.
fn no_reader_sees_half() {
    let store = Arc::new(Store::new((0_u64, 0_u64)));
    let holder = {
        let store = Arc::clone(&store);
        thread::spawn(move || {
            let held = store.read();
            let (one, other) = *held;
            thread::yield_now();
            assert_eq!((one, other), *held);
            assert_eq!(one, other);
        })
    };
    let looker = {
        let store = Arc::clone(&store);
        thread::spawn(move || {
            for _ in 0..3 {
                let (one, other) = *store.read();
                assert_eq!(one, other);
            }
        })
    };
    let writers: Vec<_> = (0..2)
        .map(|_| {
            let store = Arc::clone(&store);
            thread::spawn(move || {
                let result: Result<(), ()> = store.write_checked(
                    |(one, _)| Ok(one + 1),
                    |(one, other), next| {
                        *one = next;
                        thread::yield_now();
                        *other = next;
                    },
                );
                result.expect("written");
            })
        })
        .collect();
    for thread in writers.into_iter().chain([holder, looker]) {
        thread.join().expect("no half was seen");
    }
    assert_eq!(*store.read(), (2, 2));
}

/// Writers of both kinds.
fn no_change_is_lost() {
    let store = Arc::new(Store::new(0_u64));
    let copying = |store: &Store<u64>| -> Result<u64, ()> {
        store.write(|value| {
            *value += 1;
            Ok(*value)
        })
    };
    let in_place = |store: &Store<u64>| -> Result<u64, ()> {
        store.write_checked(
            |value| Ok(value + 1),
            |value, next| {
                *value = next;
                next
            },
        )
    };
    let writers: Vec<_> = [copying, in_place, in_place]
        .into_iter()
        .map(|write: fn(&Store<u64>) -> Result<u64, ()>| {
            let store = Arc::clone(&store);
            thread::spawn(move || {
                for _ in 0..2 {
                    let next = write(&store).expect("written");
                    assert!(*store.read() >= next);
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().expect("written");
    }
    assert_eq!(*store.read(), 6);
}

fn a_snapshot_stays() {
    a_snapshot_stays_while(set);
}

fn a_snapshot_stays_in_place() {
    a_snapshot_stays_while(set_in_place);
}

fn a_snapshot_stays_while(set: fn(&Store<u64>, u64)) {
    let store = Arc::new(Store::new(0_u64));
    let writer = {
        let store = Arc::clone(&store);
        thread::spawn(move || (1..=3).for_each(|value| set(&store, value)))
    };
    let first = store.read();
    let (value, copy) = (*first, first.clone());
    thread::yield_now();
    assert_eq!((*first, *copy), (value, value));
    writer.join().expect("written");
    assert_eq!((*first, *copy, *store.read()), (value, value, 3));
}

fn a_failed_change_changes_nothing() {
    let store = Arc::new(Store::new(0_u64));
    let writer = {
        let store = Arc::clone(&store);
        thread::spawn(move || {
            let failed = store.write(|value| {
                *value = 1;
                Err::<(), _>("no")
            });
            assert_eq!(failed, Err("no"));
            let refused = store.write_checked(|_| Err::<(), _>("no"), |value, ()| *value = 1);
            assert_eq!(refused, Err("no"));
        })
    };
    assert_eq!(*store.read(), 0);
    set_in_place(&store, 2);
    writer.join().expect("refused");
    assert_eq!(*store.read(), 2);
}

fn a_change_may_read() {
    two_writers(|store| {
        store.write(|value| {
            assert_eq!(*store.read(), *value);
            *value += 1;
            Ok(())
        })
    });
}

fn a_check_may_read() {
    two_writers(|store| {
        let check = |value: &u64| {
            assert_eq!(*store.read(), *value);
            Ok(())
        };
        store.write_checked(check, |value, ()| *value += 1)
    });
}

/// Two writers, each of which adds one.
fn two_writers(write: fn(&Store<u64>) -> Result<(), ()>) {
    let store = Arc::new(Store::new(0_u64));
    let writers: Vec<_> = (0..2)
        .map(|_| {
            let store = Arc::clone(&store);
            thread::spawn(move || write(&store).expect("written"))
        })
        .collect();
    for writer in writers {
        writer.join().expect("written");
    }
    assert_eq!(*store.read(), 2);
}

/// A store as it must not be: one shard after the other gets the new value.
struct Torn([Mutex<u64>; 2]);

shuttle::thread_local! {
    static TURN: std::cell::Cell<usize> = std::cell::Cell::new(0);
}

fn a_torn_write_is_seen() {
    let read = |Torn(shards): &Torn| {
        let turn = TURN.with(|turn| turn.replace(turn.get() + 1));
        let shard = shards.get(turn % 2).expect("one of two");
        *shard.lock().expect("locked")
    };
    let write = |Torn(shards): &Torn, to| {
        for shard in shards {
            *shard.lock().expect("locked") = to;
        }
    };
    readers_and_writer(Torn([Mutex::new(0), Mutex::new(0)]), read, write);
}
