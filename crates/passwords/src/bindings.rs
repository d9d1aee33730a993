//! The component: `mana:auth/passwords`, with nothing but the platform behind it.

#![allow(unsafe_code, reason = "generated glue, and the name under which zxcvbn finds its clock")]
#![allow(missing_docs, reason = "the documentation of generated items is in wit/")]
#![allow(clippy::all, reason = "generated")]

use crate::{Blocklist, Memory, SALT_LENGTH};
use exports::mana::auth::passwords::{Behalf, Error, Estimate, Guest, Parameters, Verdict};
use mana::auth::platform;
use std::{cell::RefCell, panic, sync::Once};

wit_bindgen::generate!({ path: "../../wit", world: "password-hasher" });

struct Component;
export!(Component);

/// Milliseconds since the Unix epoch. `zxcvbn` imports it, to know the year; the build links the two together (see
/// `xtask/src/glue.rs`).
#[unsafe(export_name = "zxcvbn#unix_time_milliseconds_imported")]
extern "C" fn unix_time_milliseconds() -> u64 {
    platform::now()
}

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::default();
}

impl Guest for Component {
    /// There is no operator's list here: whoever wants one has a native host.
    async fn strength(password: String, hints: Vec<String>, _: Behalf) -> Result<Estimate, Error> {
        log_panics();
        let crate::Estimate { guesses_log10, warning, suggestions } =
            crate::strength(&password, &hints, &Blocklist::default());
        Ok(Estimate { guesses_log10, warning, suggestions })
    }

    async fn hash(
        password: String,
        parameters: Parameters,
        beside: Option<String>,
        _: Behalf,
    ) -> Result<String, Error> {
        log_panics();
        let parameters = parameters.try_into()?;
        let salt = platform::random(SALT_LENGTH as u32).try_into().map_err(|_| Error::Busy)?;
        Ok(MEMORY.with_borrow_mut(|memory| {
            crate::hash_beside(&password, beside.as_deref(), &salt, parameters, memory)
        })?)
    }

    async fn verify(
        password: String,
        encoded: Vec<Option<String>>,
        current: Parameters,
        _: Behalf,
    ) -> Result<Vec<Result<Verdict, Error>>, Error> {
        log_panics();
        let current = current.try_into()?;
        let encoded: Vec<_> = encoded.iter().map(Option::as_deref).collect();
        let verdicts =
            MEMORY.with_borrow_mut(|memory| crate::verify_all(&password, &encoded, current, memory));
        Ok(verdicts.into_iter().map(|verdict| Ok(verdict?.into())).collect())
    }

    async fn supports(encoded: String) -> Result<(), Error> {
        log_panics();
        Ok(crate::supports(&encoded)?)
    }
}

/// Tells the operator where a panic was, and nothing else: its message may quote a password.
fn log_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            platform::log(platform::Level::Error, "panic", &[("place".to_owned(), place)]);
        }));
    });
}

impl TryFrom<Parameters> for crate::Parameters {
    type Error = Error;

    fn try_from(parameters: Parameters) -> Result<Self, Error> {
        let Parameters { memory_kib, iterations, parallelism } = parameters;
        Ok(Self::new(memory_kib, iterations, parallelism)?)
    }
}

impl From<crate::Verdict> for Verdict {
    fn from(verdict: crate::Verdict) -> Self {
        match verdict {
            crate::Verdict::Match => Self::Match,
            crate::Verdict::MatchButOutdated => Self::MatchButOutdated,
            crate::Verdict::MatchInPart => Self::MatchInPart,
            crate::Verdict::Mismatch => Self::Mismatch,
        }
    }
}

impl From<crate::Error> for Error {
    fn from(error: crate::Error) -> Self {
        match error {
            crate::Error::UnsupportedParameters => Self::UnsupportedParameters,
            crate::Error::MalformedHash => Self::MalformedHash,
            crate::Error::OutOfMemory => Self::Busy,
        }
    }
}
