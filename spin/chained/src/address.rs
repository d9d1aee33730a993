/// Whether nobody can overhear what is sent to this address: a component of the same application, over no network, or a
/// service elsewhere, over TLS. Spin keeps exactly `http://name.spin.internal` within the process (4.1).
#[must_use]
pub fn is_private(address: &str) -> bool {
    let name = address.strip_prefix("http://").and_then(|rest| rest.strip_suffix(".spin.internal"));
    let is_local =
        name.is_some_and(|name| !name.is_empty() && !name.contains(['.', ':', '/', '@', '?', '#']));
    is_local || address.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::is_private;

    #[test]
    fn only_one_label_stays_within_the_process() {
        for (address, expected) in [
            ("http://auth.spin.internal", true),
            ("https://auth.example.com", true),
            ("http://auth.example.com", false),
            ("http://a.b.spin.internal", false),
            ("http://.spin.internal", false),
            ("http://auth:8080.spin.internal", false),
            ("http://evil.example/.spin.internal", false),
            ("http://a@evil.spin.internal", false),
        ] {
            assert_eq!(is_private(address), expected, "{address}");
        }
    }
}
