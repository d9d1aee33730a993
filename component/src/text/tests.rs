use super::*;
use proptest::prelude::*;

/// As people write their names.
const NAMES: &[&str] = &[
    "Ana Zoë 🦦",
    "Acme™ rocks²",
    "O'Neill-Łukaszewicz, Jr.",
    "Núria Pol·lo",
    "約翰·史密斯",
    "渡邉󠄀",
    "محمّد",
    "می‌خواهم",
    "کار‌ها",
    "רָחֵל",
    "ශ්‍රී",
    "র‍্যাচেল",
    "க்‌ஷ",
    "प्रिया",
    "ഫര്‍ഹാൻ",
    "สมชาย",
    "👩‍💻",
    "👨‍👩‍👧‍👦",
    "🧑🏽‍🚀",
    "❤️‍🔥",
    "🏴‍☠️",
    "🙂‍↔️",
    "1️⃣",
    "🇨🇭",
    "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "☺︎",
    "#️⃣",
    "©️ Ana",
    "🏳️‍🌈",
    "👩🏽‍❤️‍👨🏻",
    "\u{1830}\u{180b}\u{1820}\u{1822}\u{1828}",
    "葛\u{e0100}城",
    "ناصر‌الدین",
    "\u{fffd}",
    "\u{f66}\u{fb2}\u{f71}\u{f80}\u{f82}",
];

/// What serves only to mislead.
const TRICKS: &[&str] = &[
    "a\u{0}b",
    "a\nb",
    "a\tb",
    "a\u{7f}b",
    "a\u{9b}31mb",
    "txt.exe\u{202e}gnp",
    "a\u{202a}b",
    "a\u{202b}b",
    "a\u{202c}b",
    "a\u{202d}b",
    "a\u{2066}b",
    "a\u{2067}b",
    "a\u{2068}b\u{2069}c",
    "a\u{200e}b",
    "a\u{200f}b",
    "a\u{61c}b",
    "a\u{200b}b",
    "a\u{2060}b",
    "a\u{feff}b",
    "a\u{ad}b",
    "a\u{34f}b",
    "a\u{115f}b",
    "a\u{3164}b",
    "a\u{ffa0}b",
    "a\u{180e}b",
    "a\u{2028}b",
    "a\u{2029}b",
    "a\u{fff9}b",
    "a\u{e000}b",
    "a\u{f0000}b",
    "a\u{378}b",
    "a\u{fdd0}b",
    "a\u{ffff}b",
    "a\u{10ffff}b",
    "a\u{200d}b",
    "a\u{200c}b",
    "ab\u{200d}c",
    "\u{200d}ab",
    "a\u{fe0f}\u{fe0f}",
    "a \u{fe0f}b",
    "\u{fe0f}ab",
    "👩\u{200d} 💻",
    "👩\u{200d}\u{200d}💻",
    "a\u{e0062}b",
    "🏴\u{e0067}\u{e0062}",
    "🏴\u{e0078}\u{e0078}\u{e007f}",
    "a\u{e0001}b",
    "\u{2800}",
    "a\u{2800}b",
    "\u{1d159}",
    "\u{fffc}",
    "\u{303f}",
    "\u{13441}",
    "\u{16fe4}",
    "\u{301}",
    "a\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}\u{30a}",
    "\u{301}ab",
    "a \u{301}b",
    "\u{93e}",
    "\u{20dd}",
    "a\u{fe0f}b",
    "a\u{fe0e}",
    "a\u{fe00}",
    "1\u{fe0f}",
    "漢\u{fe0f}",
    "a\u{e0100}",
    "a\u{180b}",
    "\u{180b}\u{180b}",
    "\u{1820}\u{180b}\u{180b}",
    "👩\u{fe0f}\u{fe0f}\u{200d}💻",
    "+\u{200d}+",
    "€\u{200d}€",
    "a\u{94d}\u{200d}b",
    "👩\u{200d}a",
];

#[test]
fn names_of_every_script_are_text() {
    for name in NAMES {
        let composed: String = name.nfc().collect();
        assert_eq!(line(name, 50).as_ref(), Ok(&composed), "{name}");
        assert_eq!(label(name, 50), Some(composed), "{name}");
    }
}

#[test]
fn what_serves_to_mislead_is_refused_in_lines_and_replaced_in_labels() {
    for trick in TRICKS {
        assert_eq!(line(trick, 50), Err(WRONG.into()), "{trick:?}");
        let shown = label(trick, 50).unwrap_or_default();
        assert!(line(&shown, 50).is_ok_and(|line| line == shown), "{trick:?} as {shown:?}");
        assert!(shown.contains(['\u{fffd}', ' ']), "{trick:?} as {shown:?}");
    }
}

#[test]
fn blanks_are_one_at_a_time_and_none_at_the_ends() {
    for text in ["\u{3000}Ana \u{a0} Lena\u{2003}", "Ana\u{202f}Lena", " \n Ana  Lena\t"] {
        assert_eq!(line(text, 50).as_deref(), Ok("Ana Lena"), "{text:?}");
        assert_eq!(label(text, 50).as_deref(), Some("Ana Lena"), "{text:?}");
    }
    assert_eq!(label("Ana's\nphone", 50).as_deref(), Some("Ana's phone"));
    assert_eq!(label(" \t\u{3000}", 3), None);
    assert_eq!(line(" \u{3000}", 3).as_deref(), Ok(""));
}

#[test]
fn the_normal_form_keeps_what_is_seen() {
    assert_eq!(line("Jose\u{301} ﬁ ½", 50).as_deref(), Ok("José ﬁ ½"));
}

#[test]
fn lines_are_refused_and_labels_cut_where_they_are_too_long() {
    assert_eq!(line(" abcde ", 5).as_deref(), Ok("abcde"));
    assert!(line("abcdef", 5).is_err_and(|wrong| wrong.contains('5')));
    assert_eq!(line("e\u{301}e\u{301}", 2).as_deref(), Ok("éé"));
    assert_eq!(label("abcdef", 3).as_deref(), Some("abc"));
    assert_eq!(label("ab cd", 3).as_deref(), Some("ab"));
    assert_eq!(label("👩‍💻", 2).as_deref(), Some("👩"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50_000))]

    #[test]
    fn what_was_accepted_is_accepted_unchanged(text in "[a \u{301}\u{200c}\u{200d}\u{202e}\u{fe0f}\u{9cd}\u{9b0}\u{6a9}👩💻🏴\u{e0067}\u{e007f}\u{3000}\n]{0,12}|\\PC{0,12}") {
        if let Ok(accepted) = line(&text, 12) {
            prop_assert_eq!(line(&accepted, 12), Ok(accepted.clone()));
        }
        if let Some(shown) = label(&text, 8) {
            prop_assert!(shown.chars().count() <= 8);
            prop_assert_eq!(label(&shown, 8), Some(shown.clone()));
            prop_assert_eq!(line(&shown, 8), Ok(shown));
        }
    }
}
