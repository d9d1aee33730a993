use crate::Error;
use std::ops::RangeInclusive;

/// Memory in KiB. At the ceiling, the two cores of a small machine together need no more than half a gigabyte. With the most
/// passes, a hash costs some 170 times the default.
const MEMORY_KIB: RangeInclusive<u32> = 8..=256 * 1024;
const ITERATIONS: RangeInclusive<u32> = 1..=16;
const PARALLELISM: RangeInclusive<u32> = 1..=4;

/// The cost of an Argon2id hash (RFC 9106 §3.1), within bounds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Parameters {
    memory_kib: u32,
    iterations: u32,
    parallelism: u32,
}

impl Parameters {
    /// Memory in KiB (8 to 262,144, and at least 8 for each lane), passes over it (1 to 16), lanes (1 to 4).
    ///
    /// # Errors
    ///
    /// [`Error::UnsupportedParameters`] outside these bounds.
    pub fn new(memory_kib: u32, iterations: u32, parallelism: u32) -> Result<Self, Error> {
        let bounded = MEMORY_KIB.contains(&memory_kib)
            && ITERATIONS.contains(&iterations)
            && PARALLELISM.contains(&parallelism)
            && memory_kib >= 8 * parallelism;
        if !bounded {
            return Err(Error::UnsupportedParameters);
        }
        Ok(Self { memory_kib, iterations, parallelism })
    }

    /// Memory in KiB.
    #[must_use]
    pub fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    /// Passes over the memory.
    #[must_use]
    pub fn iterations(self) -> u32 {
        self.iterations
    }

    /// Lanes.
    #[must_use]
    pub fn parallelism(self) -> u32 {
        self.parallelism
    }
}

impl Default for Parameters {
    /// 19 MiB, two passes, one lane: the OWASP Password Storage Cheat Sheet's first choice.
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, iterations: 2, parallelism: 1 }
    }
}

impl From<Parameters> for argon2::ParamsBuilder {
    fn from(parameters: Parameters) -> Self {
        let mut builder = Self::new();
        builder.m_cost(parameters.memory_kib).t_cost(parameters.iterations).p_cost(parameters.parallelism);
        builder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_are_inclusive_and_nothing_beyond_them_passes() {
        for (memory, iterations, parallelism) in [(8, 1, 1), (262_144, 16, 4), (32, 1, 4)] {
            let parameters = Parameters::new(memory, iterations, parallelism).unwrap();
            assert_eq!(parameters.memory_kib(), memory);
            assert_eq!(parameters.iterations(), iterations);
            assert_eq!(parameters.parallelism(), parallelism);
        }
        for (memory, iterations, parallelism) in [
            (7, 1, 1),
            (262_145, 1, 1),
            (8, 0, 1),
            (8, 17, 1),
            (8, 1, 0),
            (64, 1, 5),
            (31, 1, 4),
            (u32::MAX, 1, 1),
        ] {
            assert_eq!(Parameters::new(memory, iterations, parallelism), Err(Error::UnsupportedParameters));
        }
    }

    #[test]
    fn the_default_is_within_the_bounds() {
        let Parameters { memory_kib, iterations, parallelism } = Parameters::default();
        assert_eq!(Parameters::new(memory_kib, iterations, parallelism), Ok(Parameters::default()));
    }
}
