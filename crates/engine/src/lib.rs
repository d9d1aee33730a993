//! The wasmtime configuration that the precompiler and the host must share.
//!
//! A precompiled component loads only into an engine of the same version, target and settings. Both sides
//! take theirs from here, so they cannot drift apart.

use wasmtime::Config;

/// The target that components are compiled for: named, so that wasmtime does not look at the build machine's
/// processor and tie the artefact to it.
pub const TARGET: &str =
    if cfg!(target_arch = "aarch64") { "aarch64-unknown-linux-gnu" } else { "x86_64-unknown-linux-gnu" };

/// The processor features that compiled components may use beyond the target's baseline: x86-64-v3 (Haswell,
/// 2013). wasmtime refuses to load the artefact on a processor that lacks one.
pub const FEATURES: &[&str] = if cfg!(target_arch = "aarch64") {
    &[]
} else {
    &[
        "has_sse3",
        "has_ssse3",
        "has_sse41",
        "has_sse42",
        "has_popcnt",
        "has_avx",
        "has_avx2",
        "has_fma",
        "has_bmi1",
        "has_bmi2",
        "has_lzcnt",
    ]
};

/// The settings that change what compiled code looks like, and those that only running it needs.
#[must_use]
pub fn config() -> Config {
    let mut config = Config::new();
    config.wasm_component_model_async(true);
    // A guest that never returns is interrupted by a ticker: cheaper than counting fuel.
    config.epoch_interruption(true);
    config
}
