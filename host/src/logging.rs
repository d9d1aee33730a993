//! Where log lines go: to standard error, as text for people or as JSON for machines.

mod lines;

use lines::{Flush, Lines};
use mana_auth::config::LogFormat;
use std::io::{self, IsTerminal as _, stderr};
use tracing_subscriber::{EnvFilter, fmt};

/// Installs the log of this process, until the end of which the returned value is kept. `level` was checked when the configuration
/// was read; what is wrong in it all the same is left out.
///
/// # Errors
///
/// The operating system refused the thread that writes it.
pub fn init(level: &str, format: LogFormat) -> io::Result<Flush> {
    let (lines, flush) = Lines::start(stderr())?;
    let mut filter = EnvFilter::new(level);
    // What a server of PostgreSQL says of itself, and where that was compiled: what concerns us is logged by us.
    if let Ok(quiet) = "tokio_postgres=error".parse() {
        filter = filter.add_directive(quiet);
    }
    let builder = fmt().with_env_filter(filter).with_writer(move || lines.clone()).with_target(false);
    match format {
        LogFormat::Text => builder.with_ansi(stderr().is_terminal()).init(),
        LogFormat::Auto if stderr().is_terminal() => builder.init(),
        LogFormat::Json | LogFormat::Auto => {
            builder.json().flatten_event(true).with_current_span(false).with_span_list(false).init();
        }
    }
    log_panics();
    Ok(flush)
}

/// Makes a panic a log line that says where it happened. What it says of itself may quote what it worked on, a
/// password for one, so that is left out.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(at = place, "panic");
    }));
}
