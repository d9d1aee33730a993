//! `mana-auth`: runs the service, and administers it. See `mana-auth help`.

mod cli;
mod logging;

use std::process::ExitCode;
use tikv_jemallocator::Jemalloc;

/// The system's own keeps nearly all memory that a flood of connections once took.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    cli::run()
}
