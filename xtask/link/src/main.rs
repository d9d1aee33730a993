//! `xtask-link remove-glue MODULE` and `xtask-link compose SOCKET PLUG`: write what they make to standard output.

mod compose;
mod glue;

use anyhow::{Context as _, Result, bail};
use std::{
    fs,
    io::{self, Write as _},
};

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let read = |file: &str| fs::read(file).with_context(|| file.to_owned());
    let made = match words.as_slice() {
        ["remove-glue", module] => glue::remove(&read(module)?)?,
        ["compose", socket, plug] => compose::compose(read(socket)?, read(plug)?)?,
        other => bail!("unknown: {other:?}"),
    };
    Ok(io::stdout().write_all(&made)?)
}
