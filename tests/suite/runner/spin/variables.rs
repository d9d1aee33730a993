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

pub fn add_to_linker(linker: &mut Linker<State>) -> Result<()> {
    let mut variables = linker.instance("spin:variables/variables@3.0.0")?;
    variables.func_wrap_concurrent("get", |accessor, (name,): (String,)| {
        Box::pin(async move {
            let component = accessor.with(|mut access| access.data_mut().component.clone());
            let set = component.variables.get(&name).cloned();
            // The manifest of the auth service gives a default to every variable that may be left out.
            let value = set.or_else(|| (component.name == "auth").then(String::new));
            Ok((value.ok_or(Error::Undefined(name)),))
        })
    })
}
