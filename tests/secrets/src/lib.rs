//! [`Scanner`]: a global allocator that looks for secrets in every block that is freed.
//!
//! It sees only the heap, and not the copies that the compiler leaves on the stack or in registers.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Secrets are looked for in pieces of this length: a copy is found if it has one whole piece of the secret in it.
const PIECE: usize = 8;

/// The allocator. A program that installs it can [`watch`] an operation.
pub struct Scanner;

/// A secret to look for.
pub struct Secret {
    name: &'static str,
    pieces: Vec<u64>,
}

impl Secret {
    /// Looks for these bytes, in this order and in the opposite one: that of a big number in limbs.
    ///
    /// # Panics
    ///
    /// If a piece of the secret is so regular that it would be found where it is not.
    #[must_use]
    pub fn new(name: &'static str, bytes: &[u8]) -> Self {
        let mut pieces = Vec::new();
        let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
        for bytes in [bytes, &reversed] {
            for piece in bytes.chunks_exact(PIECE) {
                let mut distinct = piece.to_vec();
                distinct.sort_unstable();
                distinct.dedup();
                assert!(distinct.len() > PIECE / 2, "{name} is too regular");
                pieces.push(u64::from_ne_bytes(piece.try_into().expect("a whole piece")));
            }
        }
        Self { name, pieces }
    }
}

/// What is watched for. It lives as long as the program, as freeing never ends.
struct Watch {
    /// Pieces and the secrets that they belong to, sorted.
    pieces: Vec<(u64, usize)>,
    found: Vec<AtomicUsize>,
}

thread_local! {
    // Neither lazy nor dropped, so that the allocator may look at it at any time.
    static WATCH: Cell<Option<&'static Watch>> = const { Cell::new(None) };
}

/// Runs an operation on this thread and names the secrets that are found in what it frees, with how many pieces of each.
pub fn watch(secrets: &[Secret], operation: impl FnOnce()) -> Vec<(&'static str, usize)> {
    let mut pieces: Vec<(u64, usize)> = Vec::new();
    for (at, secret) in secrets.iter().enumerate() {
        pieces.extend(secret.pieces.iter().map(|piece| (*piece, at)));
    }
    pieces.sort_unstable();
    let found = secrets.iter().map(|_| AtomicUsize::new(0)).collect();
    let watch: &'static Watch = Box::leak(Box::new(Watch { pieces, found }));

    overwrite_stack();
    let stop = StopWatching;
    WATCH.set(Some(watch));
    operation();
    drop(stop);

    let counts = watch
        .found
        .iter()
        .map(|count| count.load(Ordering::Relaxed));
    secrets
        .iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|(secret, count)| (secret.name, count))
        .collect()
}

/// What an earlier operation left on the stack must not come up in the gaps of what this one puts together there.
#[inline(never)]
fn overwrite_stack() {
    std::hint::black_box(&mut [0_u8; 256 * 1024]);
}

/// An operation that panics must not leave the watch on.
struct StopWatching;

impl Drop for StopWatching {
    fn drop(&mut self) {
        WATCH.set(None);
    }
}

fn scan(watch: &Watch, freed: &[u8]) {
    for window in freed.windows(PIECE) {
        let word = u64::from_ne_bytes(window.try_into().unwrap_or_default());
        let first = watch.pieces.partition_point(|(piece, _)| *piece < word);
        for (piece, secret) in watch.pieces.iter().skip(first) {
            if *piece != word {
                break;
            }
            if let Some(count) = watch.found.get(*secret) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

// SAFETY: everything is done by the system's allocator. `realloc` stays the trait's own, which makes a new block, copies,
// and frees the old one here.
unsafe impl GlobalAlloc for Scanner {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Zeroed, so that what is found was written by the owner of the block and not by the one before.
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if let Some(watch) = WATCH.get() {
            // SAFETY: the block is still allocated, is this long, and was zeroed when it was made.
            scan(watch, unsafe {
                std::slice::from_raw_parts(block, layout.size())
            });
        }
        // SAFETY: the block came from the system's allocator with this layout.
        unsafe { System.dealloc(block, layout) }
    }
}
