//! `mana:auth/platform`: time, chance, the log and the counters.

use crate::{
    bindings::mana::auth::platform::{self as wit, Level, Metric},
    clock::Clock,
    metrics::Metrics,
    random::Random,
};
use std::sync::Arc;
use wasmtime::component::{HasData, Linker};

/// The most bytes that one call may ask for (`platform.random`).
const MOST_RANDOM: u32 = 65_536;

/// What the import needs.
pub struct PlatformCtx {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    pub(super) metrics: Arc<Metrics>,
}

impl PlatformCtx {
    /// Of this clock and this randomness. Log lines go to `tracing`; what is counted is not told.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { clock, random, metrics: Arc::new(Metrics::new()) }
    }

    /// The import, for the time of one call.
    pub fn view(&mut self) -> PlatformView<'_> {
        PlatformView(self)
    }
}

/// The import, for the time of one call.
pub struct PlatformView<'a>(&'a PlatformCtx);

struct HasPlatform;

impl HasData for HasPlatform {
    type Data<'a> = PlatformView<'a>;
}

/// Satisfies the import of any component whose store's state leads to it.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use mana_auth::{clock::SystemClock, imports::platform::{self, PlatformCtx}, random::SystemRandom};
/// use std::sync::Arc;
/// use wasmtime::{Engine, component::Linker};
///
/// struct State {
///     platform: PlatformCtx,
/// }
///
/// let state = State { platform: PlatformCtx::new(Arc::new(SystemClock::default()), Arc::new(SystemRandom)) };
/// let mut linker = Linker::<State>::new(&Engine::default());
/// platform::add_to_linker(&mut linker, |state| state.platform.view())?;
/// # drop(state);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Where something else satisfies it already.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> PlatformView<'_>,
) -> wasmtime::Result<()> {
    wit::add_to_linker::<T, HasPlatform>(linker, view)
}

fn take(fields: &mut Vec<(String, String)>, name: &str) -> Option<String> {
    let position = fields.iter().position(|(known, _)| known == name)?;
    Some(fields.remove(position).1)
}

fn others(fields: Vec<(String, String)>) -> Option<String> {
    if fields.is_empty() {
        return None;
    }
    let fields = fields.into_iter().map(|(name, value)| (name, value.into()));
    Some(serde_json::Value::Object(fields.collect()).to_string())
}

impl wit::Host for PlatformView<'_> {
    fn now(&mut self) -> wasmtime::Result<u64> {
        Ok(self.0.clock.now())
    }

    /// Traps where the source has failed: there is nothing that a caller could do without it.
    fn random(&mut self, n: u32) -> wasmtime::Result<Vec<u8>> {
        wasmtime::ensure!(n <= MOST_RANDOM, "platform.random: {n} bytes are more than {MOST_RANDOM}");
        let mut bytes = vec![0; usize::try_from(n)?];
        self.0.random.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// `tracing` fixes the names of fields when it is compiled, so those that the component uses are named here, and others
    /// travel as one.
    fn log(
        &mut self,
        level: Level,
        message: String,
        mut fields: Vec<(String, String)>,
    ) -> wasmtime::Result<()> {
        macro_rules! line {
            ($level:ident: $($name:ident),+) => {{
                $(let $name = take(&mut fields, stringify!($name));)+
                let fields = others(fields);
                tracing::$level!(target: "mana_auth::component", $($name,)+ fields, "{message}");
            }};
        }
        macro_rules! named {
            ($level:ident) => { line!($level: request_id, trace_id, span_id, why, finding, checkpoint, origin) };
        }
        match level {
            Level::Debug => named!(debug),
            Level::Info => named!(info),
            Level::Warn => named!(warn),
            Level::Error => named!(error),
        }
        Ok(())
    }

    fn count(&mut self, metric: Metric, label: String, by: u64) -> wasmtime::Result<()> {
        self.0.metrics.count(metric, &label, by);
        Ok(())
    }
}
