//! `mana-auth completions`.

use super::{args::Arguments, console, failure::Failure};
use clap::CommandFactory as _;
use clap_complete::Shell;

/// Prints the script that a shell completes by.
pub fn print(shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "mana-auth", &mut script);
    let script = String::from_utf8_lossy(&script);
    console::print(&match shell {
        // clap_complete 4.6 takes the hyphen in the program's name for a subcommand, in half of the labels, so that they never meet.
        Shell::Bash => script.replace("mana__subcmd__auth", "mana__auth"),
        _ => script.into_owned(),
    })
}
