use http::{HeaderMap, header::ACCEPT};

/// Whether someone is to look at the answer, so that a page does better than an error in JSON: a browser that visits accepts `text/html`
/// (RFC 9110 §12.5.1), a script that asks for anything does not say so.
#[must_use]
pub fn wants_a_page(headers: &HeaderMap) -> bool {
    let fields = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut ranges = fields.flat_map(|field| field.split(','));
    ranges.any(|range| {
        range.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/html"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn browsers_want_pages_and_programs_do_not() {
        for (accept, page) in [
            (None, false),
            (Some("*/*"), false),
            (Some("application/json"), false),
            (Some("text/html,application/xhtml+xml,*/*;q=0.8"), true),
            (Some("application/json, TEXT/HTML;q=0.9"), true),
            (Some("text/htmlx"), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.extend(accept.map(|accept| (ACCEPT, HeaderValue::from_static(accept))));
            assert_eq!(wants_a_page(&headers), page, "{accept:?}");
        }
    }
}
