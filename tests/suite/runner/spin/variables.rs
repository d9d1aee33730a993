//! `spin:variables/variables@3.0.0`.

use super::state::State;
use wasmtime::{
    Result,
    component::{ComponentType, Lift, Linker, Lower},
};

#[derive(ComponentType, Lift, Lower, Clone)]
#[component(variant)]
enum Error {
    #[component(name = "invalid-name")]
    InvalidName(String),
    #[component(name = "undefined")]
    Undefined(String),
    #[component(name = "provider")]
    Provider(String),
    #[component(name = "other")]
    Other(String),
}

/// The manifest gives every variable that may be left out an empty default, except `public_url`; one that it does not
/// name is undefined.
pub fn add_to_linker(linker: &mut Linker<State>) -> Result<()> {
    let mut variables = linker.instance("spin:variables/variables@3.0.0")?;
    variables.func_wrap_concurrent("get", |accessor, (name,): (String,)| {
        Box::pin(async move {
            let set = accessor.with(|mut access| access.data_mut().variables.get(&name).cloned());
            Ok((Ok::<_, Error>(set.unwrap_or_default()),))
        })
    })
}
