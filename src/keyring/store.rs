//! [`Store`]: a value that many threads read without contention.

use core::mem;
use core::ops::Deref;

use super::sync::{Arc, AtomicUsize, Mutex, MutexGuard, Ordering, PoisonError, thread_local};

/// One shard per expected thread; more threads share.
const SHARDS: usize = 16;

/// A value with snapshots: a reader keeps one state of it for as long as it needs, and writers replace the value.
///
/// Readers would contend for the cache line of a lock or a reference count, not for the lock itself. So each shard, on
/// its own cache line, has its own `Arc` around the shared one, and a reader changes only the reference count of its
/// thread's shard.
pub(super) struct Store<T> {
    shards: [CachePadded<Mutex<Pinned<T>>>; SHARDS],
    writer: Mutex<()>,
}

/// A value on its own cache lines, against false sharing: 128 bytes, since processors prefetch lines in pairs.
#[repr(align(128))]
struct CachePadded<T>(T);

/// One state of the value, which does not change while it is held. The reference counts of the shards are padded like
/// the shards.
pub(crate) struct Pinned<T>(Arc<CachePadded<Arc<T>>>);

impl<T> Pinned<T> {
    fn new(value: &Arc<T>) -> Self {
        Self(Arc::new(CachePadded(Arc::clone(value))))
    }
}

impl<T> Pinned<T> {
    /// Replaces the value for later readers. Nearly always no reader is left, and the allocation is reused: aligned
    /// allocations are slow, and leave gaps in the heap.
    fn replace(&mut self, value: &Arc<T>) -> Replaced<T> {
        match Arc::get_mut(&mut self.0) {
            Some(CachePadded(own)) => Replaced::Value(mem::replace(own, Arc::clone(value))),
            None => Replaced::Pin(mem::replace(self, Self::new(value))),
        }
    }
}

/// What is left of a pin whose value was replaced.
enum Replaced<T> {
    Pin(#[expect(dead_code, reason = "it is only dropped")] Pinned<T>),
    Value(#[expect(dead_code, reason = "it is only dropped")] Arc<T>),
}

impl<T> Clone for Pinned<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for Pinned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        let CachePadded(value) = &*self.0;
        value
    }
}

impl<T> Store<T> {
    pub(super) fn new(value: T) -> Self {
        let value = Arc::new(value);
        Self {
            shards: core::array::from_fn(|_| CachePadded(Mutex::new(Pinned::new(&value)))),
            writer: Mutex::new(()),
        }
    }

    /// The value as it is now.
    pub(super) fn read(&self) -> Pinned<T> {
        lock(&self.own_shard().0).clone()
    }

    fn own_shard(&self) -> &CachePadded<Mutex<Pinned<T>>> {
        let [first, ..] = &self.shards;
        self.shards.get(SHARD.with(|index| *index)).unwrap_or(first)
    }
}

impl<T: Clone> Store<T> {
    /// Changes a copy of the value, and replaces the value with it if the change succeeds. All shards change at once,
    /// so that no reader sees the old value after another reader has seen the new one.
    pub(super) fn write<R, E>(&self, change: impl FnOnce(&mut T) -> Result<R, E>) -> Result<R, E> {
        let _one_at_a_time = lock(&self.writer);
        let mut value = T::clone(&self.read());
        let result = change(&mut value)?;
        let value = Arc::new(value);
        let mut shards: Vec<_> = self.shards.iter().map(|shard| lock(&shard.0)).collect();
        let old: Vec<_> = shards.iter_mut().map(|pin| pin.replace(&value)).collect();
        // Readers wait while the shards are locked, so what was replaced is dropped afterwards.
        drop(shards);
        drop(old);
        Ok(result)
    }
}

thread_local! {
    static SHARD: usize = {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS
    };
}

/// Ignores poisoning: values are replaced whole, so a panic leaves nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::Store;

    fn set(store: &Store<i32>, to: i32) {
        let result: Result<(), ()> = store.write(|value| {
            *value = to;
            Ok(())
        });
        result.unwrap();
    }

    #[test]
    fn a_reader_keeps_its_snapshot_while_writers_go_on() {
        let store = Store::new(1);
        let before = store.read();
        set(&store, 2);
        assert_eq!(*before, 1);
        assert_eq!(*store.read(), 2);
    }

    #[test]
    fn a_failed_change_changes_nothing() {
        let store = Store::new(1);
        let failed = store.write(|value| {
            *value = 2;
            Err::<(), _>("no")
        });
        assert_eq!(failed, Err("no"));
        assert_eq!(*store.read(), 1);
    }

    #[test]
    fn every_thread_sees_a_write_as_soon_as_it_has_returned() {
        let store = Store::new(0);
        for round in 1..=100 {
            set(&store, round);
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| assert_eq!(*store.read(), round));
                }
            });
        }
    }
}
