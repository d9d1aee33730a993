//! What was published or made elsewhere, and what holds for any input.

mod properties;
mod vectors;
