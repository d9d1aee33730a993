//! Takes out of a core module what a crate brought along for a browser, so that a component can be made of it.
//!
//! `zxcvbn` depends on `wasm-bindgen` for every wasm target. Nothing of it ever runs, but its exports keep it in the
//! module, and its imports would have to come from somewhere. Modules without such exports pass unchanged.

use anyhow::{Result, anyhow};
use walrus::{ExportItem, FunctionId, Module, passes};

/// Prefixes of what `wasm-bindgen` exports, and of the modules that it imports from.
const EXPORTS: &[&str] = &["__wbindgen", "__wbg", "__externref"];
const IMPORTS: &str = "__wbindgen";

/// The module `zxcvbn`'s clock is imported from. The guest exports it itself, as `<module>#<function>`.
const CLOCK: &str = "zxcvbn";

/// The module without the glue.
///
/// # Errors
///
/// Where this is no module, or imports a clock that it does not export.
pub fn remove(module: &[u8]) -> Result<Vec<u8>> {
    let mut module = Module::from_buffer(module)?;
    let glue: Vec<_> = module
        .exports
        .iter()
        .filter(|export| EXPORTS.iter().any(|prefix| export.name.starts_with(prefix)))
        .map(|export| export.id())
        .collect();
    for export in glue {
        module.exports.delete(export);
    }
    link_clock(&mut module)?;
    passes::gc::run(&mut module);
    for import in imports(&module, |module| module.starts_with(IMPORTS)) {
        module.replace_imported_func(import, |(body, _)| {
            body.unreachable();
        })?;
    }
    passes::gc::run(&mut module);
    Ok(module.emit_wasm())
}

/// Lets the imported clock be the module's own.
fn link_clock(module: &mut Module) -> Result<()> {
    for import in imports(module, |name| name == CLOCK) {
        let name = module.imports.get_imported_func(import).map(|import| format!("{CLOCK}#{}", import.name));
        let own = module
            .exports
            .iter()
            .find_map(|export| match export.item {
                ExportItem::Function(function) if Some(&export.name) == name.as_ref() => Some(function),
                _ => None,
            })
            .ok_or_else(|| anyhow!("the module imports a clock from `{CLOCK}` and exports none"))?;
        module.replace_imported_func(import, |(body, _)| {
            body.call(own);
        })?;
        if let Some(name) = name {
            module.exports.remove(&name)?;
        }
    }
    Ok(())
}

/// The functions that are imported from such modules.
fn imports(module: &Module, from: impl Fn(&str) -> bool) -> Vec<FunctionId> {
    module
        .imports
        .iter()
        .filter(|import| from(&import.module))
        .filter_map(|import| match import.kind {
            walrus::ImportKind::Function(function) => Some(function),
            _ => None,
        })
        .collect()
}
