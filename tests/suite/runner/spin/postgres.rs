//! `spin:postgres/postgres@4.2.0`: there for whoever sets `database_url`, which no scenario does; a call ends the
//! instance.

use super::state::State;
use wasmtime::{
    Result, bail,
    component::{Linker, ResourceType},
};

enum Connection {}

const FUNCTIONS: &[&str] =
    &["[static]connection.open-async", "[method]connection.query-async", "[method]connection.execute-async"];

pub fn add_to_linker(linker: &mut Linker<State>) -> Result<()> {
    let mut postgres = linker.instance("spin:postgres/postgres@4.2.0")?;
    postgres.resource("connection", ResourceType::host::<Connection>(), |_, _| Ok(()))?;
    for function in FUNCTIONS {
        postgres.func_new_concurrent(function, |_, _, _, _| {
            Box::pin(async { bail!("there is no PostgreSQL here") })
        })?;
    }
    Ok(())
}
