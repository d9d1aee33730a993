//! Every answer is what the document of the interface says of it.

use super::Answer;
use http::Method;
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, Mutex},
};

/// The document that is checked in.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../component/openapi.json");
    serde_json::from_slice(&std::fs::read(path).expect("the document")).expect("JSON")
});

/// What checks the body of an answer: by the operation, its status and its media type.
static VALIDATORS: Mutex<BTreeMap<String, Arc<Validator>>> = Mutex::new(BTreeMap::new());

/// Checks an answer to a path and method that the document has. Others are answered before any operation.
#[track_caller]
pub fn check(answer: &Answer) {
    let Some(operation) = operation(answer) else { return };
    let status = answer.status.to_string();
    let response = resolved(&operation["responses"][&status]);
    assert!(!response.is_null(), "the document does not say that there may be {answer}");
    if answer.method == Method::HEAD || answer.body.is_empty() {
        return;
    }
    let media = answer.header("content-type");
    let content = response["content"].as_object().and_then(|content| content.get(media));
    let content = content.unwrap_or_else(|| panic!("the document knows no {media} of {answer}"));
    if !media.starts_with("application/json") {
        return;
    }
    let key = format!("{} {status}", operation["operationId"]);
    let validator = {
        let mut validators = VALIDATORS.lock().unwrap();
        validators.entry(key).or_insert_with(|| Arc::new(validator(&content["schema"]))).clone()
    };
    let body = answer.json();
    let wrong: Vec<String> =
        validator.iter_errors(&body).map(|wrong| format!("{} at {}", wrong, wrong.instance_path())).collect();
    assert!(wrong.is_empty(), "{answer} is not what the document says: {wrong:?}");
}

/// The operation of the answer's path: of templates, the one with the fewest parameters.
fn operation(answer: &Answer) -> Option<&'static Value> {
    let path = answer.path.split('?').next().unwrap_or_default();
    let paths = DOCUMENT["paths"].as_object().expect("paths").iter();
    let matching = paths.filter(|(template, _)| matches(template, path));
    let (_, item) = matching.min_by_key(|(template, _)| template.matches('{').count())?;
    let method = if answer.method == Method::HEAD { "get" } else { &answer.method.as_str().to_lowercase() };
    item.get(method)
}

fn matches(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(expected), Some(found))
                if expected == found || expected.starts_with('{') && !found.is_empty() => {}
            _ => return false,
        }
    }
}

fn resolved(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(pointer) => DOCUMENT.pointer(pointer.trim_start_matches('#')).expect("what is referred to"),
        None => value,
    }
}

/// Also refuses members that the schema doesn't name.
fn validator(schema: &Value) -> Validator {
    let mut schema = json!({ "allOf": [schema], "components": DOCUMENT["components"] });
    close(&mut schema);
    let options = jsonschema::draft202012::options().should_validate_formats(true);
    options.build(&schema).expect("a schema")
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.contains_key("properties") && !members.contains_key("additionalProperties") {
                members.insert("additionalProperties".to_owned(), json!(false));
            }
            Map::values_mut(members).for_each(close);
        }
        Value::Array(elements) => elements.iter_mut().for_each(close),
        _ => {}
    }
}
