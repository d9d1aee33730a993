//! One line of JSON on the standard error stream, which Spin keeps in the component's log.

/// Writes a line. The fields are the component's, or say `why`.
pub fn line(level: &str, message: &str, fields: impl IntoIterator<Item = (String, String)>) {
    let fields: serde_json::Map<_, _> =
        fields.into_iter().map(|(name, value)| (name, value.into())).collect();
    eprintln!("{}", serde_json::json!({ "level": level, "message": message, "fields": fields }));
}
