//! `mana-auth`: runs the service, and administers it. See `mana-auth help`.

mod cli;
mod logging;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
