use crate::{Error, Parameters};
use argon2::Block;

/// The memory that Argon2id fills, one for each thread that hashes.
///
/// It is allocated at the first hash, once and for one set of parameters, and kept: allocating 19 MiB for every
/// hash leaves as much behind in the allocator's arena of every thread that ever did. A hash with greater parameters
/// gets memory of its own, which is freed behind it.
///
/// It isn't wiped between two hashes (that would cost a tenth of the hash): the next one overwrites it, and who can
/// read it can read the password where it arrives.
#[derive(Default)]
pub struct Memory {
    /// How many blocks are kept.
    kept: usize,
    blocks: Vec<Block>,
}

impl Memory {
    /// Memory for hashes with these parameters. Nothing is allocated yet.
    #[must_use]
    pub fn new(parameters: Parameters) -> Self {
        Self { kept: parameters.memory_kib() as usize, blocks: Vec::new() }
    }

    /// Lends `count` blocks of 1 KiB, with whatever is in them.
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
    fn it_allocates_once_and_never_keeps_more_than_it_was_made_for() {
        let mut memory = Memory::new(Parameters::new(16, 1, 1).unwrap());
        assert_eq!(memory.blocks.capacity(), 0);

        assert_eq!(memory.lend(16, |blocks| blocks.len()), Ok(16));
        let kept = memory.blocks.as_ptr();
        assert_eq!(memory.lend(64, |blocks| blocks.len()), Ok(64));
        assert_eq!(memory.lend(8, |blocks| blocks.len()), Ok(8));

        assert_eq!(memory.blocks.as_ptr(), kept);
        assert_eq!(memory.blocks.capacity(), 16);
    }
}
