use http::HeaderMap;

const TRACEPARENT: &str = "traceparent";

/// Which trace a request belongs to, as its client says (W3C Trace Context): for logs, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// 32 hexadecimal digits.
    pub trace_id: String,
    /// Of the client's span, which is the parent of whatever is done here: 16 hexadecimal digits.
    pub span_id: String,
}

impl Trace {
    /// Of a request's header fields. None where there is no valid `traceparent`, or more than one.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let mut fields = headers.get_all(TRACEPARENT).iter();
        match (fields.next(), fields.next()) {
            (Some(field), None) => Self::parse(field.to_str().ok()?),
            _ => None,
        }
    }

    /// §3.2: version, trace id, parent id and flags. A version from the future may add more behind them.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (version, trace_id, span_id, flags) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let well_formed =
            is_hex(version, 2) && is_hex(trace_id, 32) && is_hex(span_id, 16) && is_hex(flags, 2);
        let known = version != "ff" && (version != "00" || parts.next().is_none());
        let zero = |id: &str| id.bytes().all(|byte| byte == b'0');
        (well_formed && known && !zero(trace_id) && !zero(span_id))
            .then(|| Self { trace_id: trace_id.to_owned(), span_id: span_id.to_owned() })
    }
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn the_published_example_is_read() {
        let trace = Trace::parse(EXAMPLE).expect("a trace");
        assert_eq!(trace.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(trace.span_id, "00f067aa0ba902b7");
        assert_eq!(
            Trace::parse(&format!("cc{}-more", &EXAMPLE[2..])),
            Some(trace),
            "a version from the future"
        );
    }

    #[test]
    fn what_is_none_is_ignored() {
        for text in [
            "",
            "00",
            &EXAMPLE.to_uppercase(),
            &EXAMPLE[..54],
            &format!("{EXAMPLE}-more"),
            &format!("ff{}", &EXAMPLE[2..]),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        ] {
            assert_eq!(Trace::parse(text), None, "{text}");
        }
        let mut headers = HeaderMap::new();
        for _ in 0..2 {
            headers.append(TRACEPARENT, EXAMPLE.parse().expect("a value"));
        }
        assert_eq!(Trace::of(&headers), None, "two of them");
    }
}
