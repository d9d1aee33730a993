//! The contract is a golden file: a change of it shows in review.

/// `make golden` writes the copy anew.
#[test]
fn the_document_is_the_checked_in_copy() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let document = mana_auth_component::http::document() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &document).expect("openapi.json can be written");
    }
    let golden = std::fs::read_to_string(path).unwrap_or_default();
    assert!(document == golden, "openapi.json is out of date: make golden");
}
