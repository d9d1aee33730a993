//! The bound on an instance's linear memory, and the measure by which it grows old.

use prometheus_client::metrics::gauge::Gauge;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};
use wasmtime::ResourceLimiter;

/// An instance above this is replaced: linear memory never shrinks, and a burst must not cost it for good.
const WORN: usize = 64 << 20;

/// An instance can't grow above this: the guest's allocation fails, and most likely the instance traps.
const MOST: usize = 256 << 20;

/// The most elements of a table. Tables hold functions, whose number is fixed when the component is built.
const MOST_ELEMENTS: usize = 100_000;

/// How much linear memory the modules of one store have.
#[derive(Clone)]
pub(crate) struct LinearMemory(Arc<Taken>);

struct Taken {
    bytes: AtomicUsize,
    /// That of all stores.
    by_all: Gauge,
}

impl LinearMemory {
    /// None yet; what there will be is part of `by_all` for as long as the store lives.
    pub(crate) fn new(by_all: Gauge) -> Self {
        Self(Arc::new(Taken { bytes: AtomicUsize::new(0), by_all }))
    }

    pub(crate) fn is_worn(&self) -> bool {
        self.0.bytes.load(Relaxed) > WORN
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.by_all.dec_by(gauge(*self.bytes.get_mut()));
    }
}

fn gauge(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

impl ResourceLimiter for LinearMemory {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self.0.bytes.load(Relaxed).saturating_sub(current).saturating_add(desired);
        let allowed = total <= MOST && maximum.is_none_or(|maximum| desired <= maximum);
        if allowed {
            let before = self.0.bytes.swap(total, Relaxed);
            self.0.by_all.inc_by(gauge(total) - gauge(before));
        }
        Ok(allowed)
    }

    fn table_growing(&mut self, _: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= MOST_ELEMENTS && maximum.is_none_or(|maximum| desired <= maximum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_memories_of_a_store_count_together() {
        let by_all = Gauge::default();
        let mut memory = LinearMemory::new(by_all.clone());
        assert!(memory.memory_growing(0, MOST / 2, None).expect("it never fails"));
        assert!(memory.memory_growing(0, MOST / 2, None).expect("it never fails"));
        assert!(!memory.memory_growing(MOST / 2, MOST / 2 + 1, None).expect("it never fails"));
        assert!(memory.is_worn());
        assert_eq!(by_all.get(), gauge(MOST));
        drop(memory);
        assert_eq!(by_all.get(), 0);
    }
}
