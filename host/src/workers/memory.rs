//! The bound on an instance's linear memory, and the measure by which it grows old.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};
use wasmtime::ResourceLimiter;

/// An instance above this is replaced: linear memory never shrinks, and a burst must not cost it for good.
pub(super) const WORN: usize = 64 << 20;

/// An instance can't grow above this: the guest's allocation fails, and most likely the instance traps.
const MOST: usize = 256 << 20;

/// The most elements of a table. Tables hold functions, whose number is fixed when the component is built.
const MOST_ELEMENTS: usize = 100_000;

/// How much linear memory the modules of one store have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory(Arc<AtomicUsize>);

impl Memory {
    pub(super) fn is_worn(&self) -> bool {
        self.0.load(Relaxed) > WORN
    }
}

impl ResourceLimiter for Memory {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self.0.load(Relaxed).saturating_sub(current).saturating_add(desired);
        let allowed = total <= MOST && maximum.is_none_or(|maximum| desired <= maximum);
        if allowed {
            self.0.store(total, Relaxed);
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
        let mut memory = Memory::default();
        assert!(memory.memory_growing(0, MOST / 2, None).expect("it never fails"));
        assert!(memory.memory_growing(0, MOST / 2, None).expect("it never fails"));
        assert!(!memory.memory_growing(MOST / 2, MOST / 2 + 1, None).expect("it never fails"));
        assert!(memory.is_worn());
    }
}
