//! [`Store`]: a value that many threads read without contention.

use core::mem;
use core::ops::Deref;

use super::sync::{Arc, AtomicUsize, Mutex, MutexGuard, Ordering, PoisonError, thread_local};

/// One shard per expected thread; more threads share.
const SHARDS: usize = 16;

/// A value with snapshots: a reader keeps one state of it for as long as it needs. A writer replaces the value, or changes
/// it in place if nobody reads it.
///
/// Readers would contend for the cache line of a lock or a reference count, not for the lock itself. So each shard, on
/// its own cache line, has its own `Arc` around the shared one, and a reader changes only the reference count of its
/// thread's shard.
pub(super) struct Store<T> {
    shards: Shards<T>,
    /// One writer at a time holds this lock. It guards what fills the shards while their value is changed in place, so
    /// that readers have no absent value to check for.
    writer: Mutex<Arc<T>>,
}

type Shards<T> = [CachePadded<Mutex<Pinned<T>>>; SHARDS];

/// The locks of all shards: nobody begins to read.
type Locked<'s, T> = [MutexGuard<'s, Pinned<T>>; SHARDS];

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

    /// The value, if no reader holds this pin.
    fn unread(&mut self) -> Option<&mut Arc<T>> {
        Arc::get_mut(&mut self.0).map(|CachePadded(own)| own)
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

impl<T: Default> Store<T> {
    pub(super) fn new(value: T) -> Self {
        let value = Arc::new(value);
        Self {
            shards: core::array::from_fn(|_| CachePadded(Mutex::new(Pinned::new(&value)))),
            writer: Mutex::new(Arc::default()),
        }
    }
}

impl<T> Store<T> {
    /// The value as it is now.
    pub(super) fn read(&self) -> Pinned<T> {
        lock(&self.own_shard().0).clone()
    }

    fn own_shard(&self) -> &CachePadded<Mutex<Pinned<T>>> {
        let [first, ..] = &self.shards;
        self.shards.get(SHARD.with(|index| *index)).unwrap_or(first)
    }

    fn lock_shards(&self) -> Locked<'_, T> {
        self.shards.each_ref().map(|shard| lock(&shard.0))
    }

    /// Replaces the value in all shards at once, so that no reader sees the old value after another reader has seen the new
    /// one. No lock is held when what was replaced is dropped, not even the writer's: that takes time, and runs the code of a
    /// provider that has kept something with a key pair.
    fn publish(&self, value: T, writer: MutexGuard<'_, Arc<T>>) {
        let value = Arc::new(value);
        let old = self.lock_shards().each_mut().map(|pin| pin.replace(&value));
        drop(writer);
        drop(old);
    }
}

impl<T: Clone> Store<T> {
    /// Changes a copy of the value, and replaces the value with it if the change succeeds. The change may be slow, and may
    /// read the store.
    pub(super) fn write<R, E>(&self, change: impl FnOnce(&mut T) -> Result<R, E>) -> Result<R, E> {
        let writer = lock(&self.writer);
        let mut value = T::clone(&self.read());
        let result = change(&mut value)?;
        self.publish(value, writer);
        Ok(result)
    }

    /// Changes the value in place if nobody reads it, and otherwise a copy, as [`write`](Self::write) does. What a copy shares
    /// with the value has to be copied on the way to each change; what nobody else has does not.
    ///
    /// The check may refuse, and returns what the change needs. It may read the store. The change cannot fail. Readers may have
    /// to wait for it, so it has to be short, also in what it drops; and it must not read the store, nor call code that might.
    pub(super) fn write_checked<P, R, E>(
        &self,
        check: impl FnOnce(&T) -> Result<P, E>,
        change: impl FnOnce(&mut T, P) -> R,
    ) -> Result<R, E> {
        let writer = lock(&self.writer);
        let checked = check(&self.read())?;
        let mut shards = self.lock_shards();
        if let Some(mut taken) = Taken::out_of(&mut shards, &writer) {
            return Ok(change(Arc::make_mut(&mut taken.value), checked));
        }
        // Readers go on while the copy is changed.
        drop(shards);
        let mut value = T::clone(&self.read());
        let result = change(&mut value, checked);
        self.publish(value, writer);
        Ok(result)
    }
}

/// The value, taken out of the locked shards to be changed. It is put back when this is dropped, even if the change panics:
/// then what it did so far stays, as there is no other copy.
struct Taken<'s, T> {
    /// Nobody else has it, so it is changed without a copy.
    value: Arc<T>,
    places: [Option<&'s mut Arc<T>>; SHARDS],
}

impl<'s, T> Taken<'s, T> {
    /// Takes the value out of the shards, and fills them with another one. `None` if a reader holds the value.
    fn out_of(shards: &'s mut Locked<'_, T>, filler: &Arc<T>) -> Option<Self> {
        let mut places = shards.each_mut().map(|pin| pin.unread());
        if places.iter().any(Option::is_none) {
            return None;
        }
        let taken = places.iter_mut().flatten();
        let value = taken
            .map(|own| mem::replace(*own, Arc::clone(filler)))
            .last()?;
        Some(Self { value, places })
    }
}

impl<T> Drop for Taken<'_, T> {
    fn drop(&mut self) {
        for own in self.places.iter_mut().flatten() {
            **own = Arc::clone(&self.value);
        }
    }
}

thread_local! {
    static SHARD: usize = {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS
    };
}

/// Ignores poisoning: a panic leaves the store whole, with the old value or with what [`Taken`] puts back.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use core::ptr;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::Store;

    fn set(store: &Store<i32>, to: i32) {
        let result: Result<(), ()> = store.write(|value| {
            *value = to;
            Ok(())
        });
        result.unwrap();
    }

    fn set_in_place(store: &Store<i32>, to: i32) {
        let result: Result<(), ()> = store.write_checked(|_| Ok(to), |value, to| *value = to);
        result.unwrap();
    }

    /// Where the value is in memory.
    fn address<T>(store: &Store<T>) -> *const T {
        ptr::from_ref(&*store.read())
    }

    #[test]
    fn a_reader_keeps_its_snapshot_while_writers_go_on() {
        for set in [set, set_in_place] {
            let store = Store::new(1);
            let before = store.read();
            set(&store, 2);
            assert_eq!(*before, 1);
            assert_eq!(*store.read(), 2);
        }
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
        let refused = store.write_checked(|_| Err::<(), _>("no"), |value, ()| *value = 2);
        assert_eq!(refused, Err("no"));
        assert_eq!(*store.read(), 1);
    }

    #[test]
    fn every_thread_sees_a_write_as_soon_as_it_has_returned() {
        let store = Store::new(0);
        for round in 1..=100 {
            let set = if round % 2 == 0 { set } else { set_in_place };
            set(&store, round);
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| assert_eq!(*store.read(), round));
                }
            });
        }
    }

    #[test]
    fn only_what_a_reader_holds_is_copied() {
        let store = Store::new(1);
        let first = address(&store);
        set_in_place(&store, 2);
        assert_eq!((address(&store), *store.read()), (first, 2));

        let held = store.read();
        set_in_place(&store, 3);
        let second = address(&store);
        assert_ne!(second, first);
        assert_eq!((*held, *store.read()), (2, 3));

        // The reader still holds the old value, but nobody holds the new one.
        set_in_place(&store, 4);
        assert_eq!((address(&store), *store.read(), *held), (second, 4, 2));
    }

    #[test]
    fn a_change_that_panics_leaves_the_value_in_its_place() {
        let store = Store::new(1);
        let change = |value: &mut i32, ()| {
            *value = 2;
            assert_eq!(*value, 1, "the change panics");
        };
        let write = || store.write_checked(|_| Ok::<_, ()>(()), change);
        let panicked = catch_unwind(AssertUnwindSafe(write));
        assert!(panicked.is_err());
        assert_eq!(*store.read(), 2);
        set_in_place(&store, 3);
        assert_eq!(*store.read(), 3);
    }
}
