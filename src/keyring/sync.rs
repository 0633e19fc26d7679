//! What the store synchronizes its threads by: the standard library. `tests/threads` puts shuttle in its place, and decides at
//! each of these which thread goes on.

pub(super) use std::sync::atomic::{AtomicUsize, Ordering};
pub(super) use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
pub(super) use std::thread_local;
