//! Which of the changes that are written into this copy of the component is made: see tests/mutants/run.

/// Whether this one is.
pub fn is(number: u32) -> bool {
    made() == number
}

/// The compiled component is copied for each change, with its number behind these words.
#[cfg(target_family = "wasm")]
fn made() -> u32 {
    static SWITCH: [u8; 28] = *b"the change that is made:\0\0\0\0";
    let [.., a, b, c, d] = std::hint::black_box(&SWITCH);
    u32::from_le_bytes([*a, *b, *c, *d])
}

/// Unit tests are one program, which is told.
#[cfg(not(target_family = "wasm"))]
fn made() -> u32 {
    static TOLD: std::sync::LazyLock<u32> = std::sync::LazyLock::new(|| {
        std::env::var("MANA_AUTH_MUTANT").ok().and_then(|number| number.parse().ok()).unwrap_or(0)
    });
    *TOLD
}
