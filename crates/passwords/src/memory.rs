use crate::{Error, Parameters};
use argon2::Block;

/// The memory that Argon2id fills, one for each thread that hashes.
///
/// One block is kept, as large as the current parameters ask for, from the first hash on: allocating 19 MiB for every
/// hash leaves as much behind in the allocator's arena of every thread that ever did. A stored hash with greater
/// parameters gets memory of its own, which is freed behind it.
///
/// It isn't wiped between two hashes (that would cost a tenth of the hash): the next one overwrites it, and who can
/// read it can read the password where it arrives.
#[derive(Default)]
pub struct Memory {
    /// How many blocks of 1 KiB to keep.
    kept: usize,
    /// As many, or none as long as none were needed.
    blocks: Vec<Block>,
}

impl Memory {
    /// Keeps as much as hashes with these parameters need.
    pub(crate) fn keep(&mut self, parameters: Parameters) {
        let kept = parameters.memory_kib() as usize;
        if kept != self.kept {
            *self = Self { kept, blocks: Vec::new() };
        }
    }

    /// Whether a hash has filled what is kept.
    #[cfg(test)]
    pub(crate) fn was_lent(&self) -> bool {
        !self.blocks.is_empty()
    }

    /// Lends `count` blocks, with whatever is in them.
    pub(crate) fn lend<T>(&mut self, count: usize, to: impl FnOnce(&mut [Block]) -> T) -> Result<T, Error> {
        if self.kept < count {
            return Ok(to(&mut allocate(count)?));
        }
        if self.blocks.is_empty() {
            self.blocks = allocate(self.kept)?;
        }
        self.blocks.get_mut(..count).map(to).ok_or(Error::OutOfMemory)
    }
}

fn allocate(count: usize) -> Result<Vec<Block>, Error> {
    let mut blocks = Vec::new();
    blocks.try_reserve_exact(count).map_err(|_| Error::OutOfMemory)?;
    blocks.resize(count, Block::new());
    Ok(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_allocates_once_and_never_keeps_more_than_the_current_parameters_need() {
        let mut memory = Memory::default();
        let mut lend = |keep, count| {
            memory.keep(Parameters::new(keep, 1, 1).unwrap());
            assert_eq!(memory.lend(count, |blocks| blocks.len()), Ok(count));
            (memory.blocks.as_ptr(), memory.blocks.capacity())
        };
        let (kept, capacity) = lend(16, 16);
        assert_eq!(capacity, 16);
        assert_eq!(lend(16, 64), (kept, 16));
        assert_eq!(lend(16, 8), (kept, 16));
        assert_eq!(lend(32, 32).1, 32);
        assert_eq!(lend(8, 32).1, 0);
        assert_eq!(lend(8, 8).1, 8);
    }
}
