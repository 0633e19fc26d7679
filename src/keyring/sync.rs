//! The synchronization primitives of the store: those of the standard library. `tests/threads` replaces them with those
//! of shuttle, which decides at each use which thread runs next.

pub(super) use std::sync::atomic::{AtomicUsize, Ordering};
pub(super) use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
pub(super) use std::thread_local;
