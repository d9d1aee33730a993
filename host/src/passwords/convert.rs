//! The types of `mana-auth-passwords` as those of the interface.

use super::{Error, Estimate, Parameters, Verdict};
use mana_auth_passwords as native;

impl TryFrom<Parameters> for native::Parameters {
    type Error = Error;

    fn try_from(parameters: Parameters) -> Result<Self, Error> {
        let Parameters { memory_kib, iterations, parallelism } = parameters;
        Ok(Self::new(memory_kib, iterations, parallelism)?)
    }
}

impl From<native::Estimate> for Estimate {
    fn from(estimate: native::Estimate) -> Self {
        let native::Estimate { guesses_log10, warning, suggestions } = estimate;
        Self { guesses_log10, warning, suggestions }
    }
}

impl From<native::Verdict> for Verdict {
    fn from(verdict: native::Verdict) -> Self {
        match verdict {
            native::Verdict::Match => Self::Match,
            native::Verdict::MatchButOutdated => Self::MatchButOutdated,
            native::Verdict::MatchInPart => Self::MatchInPart,
            native::Verdict::Mismatch => Self::Mismatch,
        }
    }
}

impl From<native::Error> for Error {
    fn from(error: native::Error) -> Self {
        match error {
            native::Error::UnsupportedParameters => Self::UnsupportedParameters,
            native::Error::MalformedHash => Self::MalformedHash,
            native::Error::OutOfMemory => Self::Busy,
        }
    }
}
