//! The document of the interface: a golden file, and what generators of clients need of it.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use std::collections::BTreeSet;

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

fn document() -> Value {
    serde_json::from_str(&mana_auth_component::http::document()).expect("JSON")
}

fn operations(document: &Value) -> Vec<&Value> {
    let items = document["paths"].as_object().expect("paths").values();
    items.flat_map(|item| item.as_object().expect("operations").values()).collect()
}

#[test]
fn every_operation_has_a_name_words_and_answers_that_say_what_they_are() {
    let document = document();
    let mut names = BTreeSet::new();
    for operation in operations(&document) {
        let name = operation["operationId"].as_str().expect("an id");
        assert!(name.chars().all(char::is_alphanumeric) && name.starts_with(char::is_lowercase), "{name}");
        assert!(names.insert(name), "{name} twice");
        assert!(operation["summary"].as_str().is_some_and(|words| !words.is_empty()), "{name}");
        for (status, response) in operation["responses"].as_object().expect("responses") {
            let said = response["description"].as_str().is_some_and(|words| !words.is_empty());
            assert!(said || response["$ref"].is_string(), "{name} {status}");
        }
    }
}

/// Also refuses members that nobody has described.
#[test]
fn every_operation_has_examples_that_are_what_its_schemas_say() {
    let document = document();
    for operation in operations(&document) {
        let name = operation["operationId"].as_str().expect("an id");
        let request = operation["requestBody"]["content"].as_object().into_iter().flatten();
        let responses = operation["responses"].as_object().into_iter().flatten();
        let answered = responses.filter(|(status, _)| status.starts_with('2'));
        let answered =
            answered.flat_map(|(_, response)| response["content"].as_object().into_iter().flatten());
        for (media, content) in request.chain(answered).filter(|_| name != "getOpenApi") {
            assert!(!content["example"].is_null(), "{name} has no example of {media}");
            let schema = json!({ "allOf": [content["schema"]], "components": document["components"] });
            let validator = jsonschema::draft202012::options().should_validate_formats(true).build(&schema);
            let validator = validator.expect("a schema");
            let wrong: Vec<_> =
                validator.iter_errors(&content["example"]).map(|wrong| wrong.to_string()).collect();
            assert!(wrong.is_empty(), "{name}: {wrong:?}");
        }
    }
}
