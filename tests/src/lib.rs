//! The suites are in `suite/`.
