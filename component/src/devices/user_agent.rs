//! What to call a device whose owner has given it no name: the browser and the system of its user agent (RFC 9110,
//! section 10.1.5), in words of ours alone.
//!
//! The list is short because it need not be complete: whoever isn't on it goes without a name. A library that knows
//! every agent brings a regular expression engine along, and would be most of the component.

use std::borrow::Cow;

/// Products of a browser, and what people call it. The first that is found counts: nearly all claim to be Chrome and
/// Safari too.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("Edge/", "Edge"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("OPiOS/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("YaBrowser/", "Yandex Browser"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("Ddg/", "DuckDuckGo"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
];

/// Words of the comment that tells the system. The first that is found counts: an iPhone is "like Mac OS X", and an
/// Android is a Linux.
const SYSTEMS: &[(&str, &str)] = &[
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("iPod", "iPod"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
];

/// Where there is a Safari. Elsewhere whoever names it is another.
const APPLE: &[&str] = &["iPhone", "iPad", "iPod", "macOS"];

/// Products of programs that don't pretend to be a browser, and what people call them.
const TOOLS: &[(&str, &str)] = &[
    ("curl/", "curl"),
    ("Wget/", "Wget"),
    ("HTTPie/", "HTTPie"),
    ("PostmanRuntime/", "Postman"),
    ("insomnia/", "Insomnia"),
    ("bruno-runtime/", "Bruno"),
    ("python-requests/", "python-requests"),
    ("python-httpx/", "python-httpx"),
    ("Go-http-client/", "Go-http-client"),
    ("okhttp/", "okhttp"),
    ("axios/", "axios"),
];

/// What kind of client a user agent is of, whatever its version: its name, or its first product.
#[must_use]
pub fn family(user_agent: &str) -> Cow<'_, str> {
    name(user_agent).unwrap_or_else(|| user_agent.split(['/', ' ']).next().unwrap_or_default().into())
}

/// Such as `Firefox on Windows`, `Safari on iPhone` or `curl`; none for who is unknown.
#[must_use]
pub fn name(user_agent: &str) -> Option<Cow<'static, str>> {
    let Some(browser) = user_agent.strip_prefix("Mozilla/5.0 (") else {
        let tool = TOOLS.iter().find(|(product, _)| user_agent.starts_with(product))?;
        return Some(tool.1.into());
    };
    let (comment, products) = browser.split_once(')')?;
    // A crawler says that it is compatible with a browser, and what it is. The maker of a phone may be called Cubot.
    if browser.contains("compatible;") || ["bot", "Bot"].iter().any(|word| products.contains(word)) {
        return None;
    }
    let system = first(SYSTEMS, comment);
    let is_safari = || {
        products.contains("Version/")
            && products.contains("Safari/")
            && system.is_some_and(|system| APPLE.contains(&system))
    };
    let browser = first(BROWSERS, products).or_else(|| is_safari().then_some("Safari"));
    match (browser, system) {
        (Some(browser), Some(system)) => Some(format!("{browser} on {system}").into()),
        (Some(known), None) | (None, Some(known)) => Some(known.into()),
        (None, None) => None,
    }
}

fn first(words: &[(&str, &'static str)], text: &str) -> Option<&'static str> {
    words.iter().find(|(word, _)| text.contains(word)).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn is(user_agent: &str, expected: Option<&str>) {
        assert_eq!(name(user_agent).as_deref(), expected, "{user_agent}");
    }

    #[test]
    fn browsers_are_called_as_people_call_them() {
        for (agent, expected) in [
            (
                "(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                "Chrome on Windows",
            ),
            (
                "(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.86",
                "Edge on Windows",
            ),
            ("(Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Windows"),
            (
                "(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 OPR/116.0.0.0",
                "Opera on Windows",
            ),
            (
                "(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1.1 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                "Chrome on macOS",
            ),
            ("(Macintosh; Intel Mac OS X 10.15; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on macOS"),
            ("(X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Linux"),
            (
                "(X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                "Chrome on Linux",
            ),
            (
                "(X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                "Chrome on ChromeOS",
            ),
            (
                "(Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "(Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
                "Samsung Internet on Android",
            ),
            (
                "(Linux; Android 10; HD1913) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.6778.135 Mobile Safari/537.36 EdgA/131.0.2903.87",
                "Edge on Android",
            ),
            ("(Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0", "Firefox on Android"),
            (
                "(Linux; Android 9; CUBOT X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "(iPhone; CPU iPhone OS 18_1_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1.1 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "(iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0.6778.134 Mobile/15E148 Safari/604.1",
                "Chrome on iPhone",
            ),
            (
                "(iPhone; CPU iPhone OS 14_7_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/133.0 Mobile/15E148 Safari/605.1.15",
                "Firefox on iPhone",
            ),
            (
                "(iPhone; CPU iPhone OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 EdgiOS/131.0.2903.92 Mobile/15E148 Safari/604.1",
                "Edge on iPhone",
            ),
            (
                "(iPad; CPU OS 12_5_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 Mobile/15E148 Safari/604.1",
                "Safari on iPad",
            ),
            (
                "(iPad; CPU OS 17_7_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0.6778.134 Mobile/15E148 Safari/604.1",
                "Chrome on iPad",
            ),
        ] {
            is(&format!("Mozilla/5.0 {agent}"), Some(expected));
        }
    }

    #[test]
    fn half_of_it_is_better_than_nothing() {
        for (agent, expected) in [
            // A page inside an app, Internet Explorer, an old Android, another browser with Safari's engine.
            (
                "(iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
                "iPhone",
            ),
            ("(Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko", "Windows"),
            (
                "(Linux; U; Android 4.0.3; de-de; GT-I9100) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30",
                "Android",
            ),
            (
                "(X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.0 Safari/605.1.15",
                "Linux",
            ),
            ("(X11; FreeBSD amd64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox"),
        ] {
            is(&format!("Mozilla/5.0 {agent}"), Some(expected));
        }
    }

    #[test]
    fn tools_are_known_by_their_own_name() {
        is("curl/8.11.0", Some("curl"));
        is("Wget/1.21.4", Some("Wget"));
        is("PostmanRuntime/7.43.0", Some("Postman"));
        is("python-requests/2.32.3", Some("python-requests"));
        is("Go-http-client/1.1", Some("Go-http-client"));
    }

    #[test]
    fn who_is_unknown_goes_without() {
        for agent in [
            "",
            "Mozilla/5.0",
            "Mozilla/5.0 (",
            "Mozilla/5.0 ()",
            "Mozilla/5.0 (Windows NT 10.0",
            "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)",
            "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.1; Trident/6.0)",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36",
            "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.6778.139 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)",
            "Suite/1 (Windows; Firefox/1)",
            "my curl/8.11.0",
            "Firefox on Windows",
            "Mozilla/5.0 (\u{202e}\u{fffd}) <script>",
        ] {
            is(agent, None);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_sent_the_name_is_of_our_words(
            junk in "\\PC{0,512}",
            pieces in proptest::collection::vec(
                prop_oneof![
                    Just("Mozilla/5.0 ("), Just(")"), Just("("), Just("; "), Just("Windows"), Just("iPhone"),
                    Just("Version/1 "), Just("Safari/1 "), Just("Edg/1 "), Just("curl/"), Just("é\u{fffd}"),
                ],
                0..60,
            ),
        ) {
            for agent in [junk.clone(), pieces.concat(), format!("Mozilla/5.0 ({junk}) {junk}")] {
                let Some(name) = name(&agent) else { continue };
                let known = |word: &str| {
                    [BROWSERS, SYSTEMS, TOOLS].concat().iter().any(|(_, known)| *known == word) || word == "Safari"
                };
                prop_assert!(name.split(" on ").all(known), "{}", name);
                prop_assert!(name.len() <= 40, "{}", name);
            }
        }
    }
}
