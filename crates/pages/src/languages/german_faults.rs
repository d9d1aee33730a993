//! What is wrong with a field, in German.

/// What the service says of a field, whole or sentence by sentence, and the same in German.
const SAID: &[(&str, &str)] = &[
    ("must be at least 12 characters", "muss mindestens 12 Zeichen haben."),
    ("must be at most 256 characters", "darf höchstens 256 Zeichen haben."),
    ("must be at most 254 characters", "darf höchstens 254 Zeichen haben."),
    ("must have at most 64 bytes before the @", "ist vor dem @ zu lang."),
    ("must be at most 200 characters", "darf höchstens 200 Zeichen haben."),
    (
        "must not contain control characters, or others that can't be seen",
        "darf keine Steuerzeichen oder andere unsichtbare Zeichen enthalten.",
    ),
    ("must not be empty", "fehlt."),
    ("is too easy to guess.", "ist zu leicht zu erraten."),
    ("Straight rows of keys are easy to guess.", "Tastenreihen sind leicht zu erraten."),
    ("Short keyboard patterns are easy to guess.", "Kurze Muster auf der Tastatur sind leicht zu erraten."),
    ("Repeats like \"aaa\" are easy to guess.", "Wiederholungen wie „aaa“ sind leicht zu erraten."),
    (
        "Repeats like \"abcabcabc\" are only slightly harder to guess than \"abc\".",
        "„abcabcabc“ ist kaum schwerer zu erraten als „abc“.",
    ),
    ("This is a top-10 common password.", "Es ist eines der zehn häufigsten Passwörter."),
    ("This is a top-100 common password.", "Es ist eines der hundert häufigsten Passwörter."),
    ("This is a very common password.", "Es ist ein sehr häufiges Passwort."),
    ("This is similar to a commonly used password.", "Es ähnelt einem häufigen Passwort."),
    ("Sequences like abc or 6543 are easy to guess.", "Folgen wie abc oder 6543 sind leicht zu erraten."),
    ("Recent years are easy to guess.", "Jahreszahlen aus jüngerer Zeit sind leicht zu erraten."),
    ("A word by itself is easy to guess.", "Ein einzelnes Wort ist leicht zu erraten."),
    ("Dates are often easy to guess.", "Datumsangaben sind oft leicht zu erraten."),
    ("Names and surnames by themselves are easy to guess.", "Namen allein sind leicht zu erraten."),
    ("Common names and surnames are easy to guess.", "Häufige Namen sind leicht zu erraten."),
    ("Use a few words, avoid common phrases.", "Nehmen Sie einige Wörter, aber keine Redewendung."),
    (
        "No need for symbols, digits, or uppercase letters.",
        "Sonderzeichen, Ziffern und Großbuchstaben sind nicht nötig.",
    ),
    ("Add another word or two.", "Fügen Sie ein oder zwei Wörter hinzu."),
    ("Uncommon words are better.", "Seltene Wörter sind besser."),
    ("Capitalization doesn't help very much.", "Großbuchstaben helfen wenig."),
    (
        "All-uppercase is almost as easy to guess as all-lowercase.",
        "Nur Großbuchstaben sind fast so leicht zu erraten wie nur kleine.",
    ),
    (
        "Reversed words aren't much harder to guess.",
        "Rückwärts geschriebene Wörter sind kaum schwerer zu erraten.",
    ),
    (
        "Predictable substitutions like '@' instead of 'a' don't help very much.",
        "Naheliegende Ersetzungen wie „@“ für „a“ helfen wenig.",
    ),
    ("Use a longer keyboard pattern with more turns.", "Nehmen Sie ein längeres Muster mit mehr Wendungen."),
    ("Avoid repeated words and characters.", "Vermeiden Sie Wiederholungen."),
    ("Avoid sequences.", "Vermeiden Sie Folgen."),
    ("Avoid recent years.", "Vermeiden Sie Jahreszahlen."),
    ("Avoid years that are associated with you.", "Vermeiden Sie Jahre, die mit Ihnen zu tun haben."),
    (
        "Avoid dates and years that are associated with you.",
        "Vermeiden Sie Daten und Jahre, die mit Ihnen zu tun haben.",
    ),
];

/// In German. What is not known is left out.
pub fn fault(field: &str, says: &str) -> String {
    if says == "must be an e-mail address" {
        return "Diese E-Mail-Adresse ist unvollständig.".into();
    }
    let subject = match field {
        "email" | "newEmail" => "Die Adresse",
        "name" => "Der Name",
        "code" => "Der Code",
        _ => "Das Passwort",
    };
    let (mut german, mut rest) = (subject.to_owned(), says);
    while !rest.is_empty() {
        let known = SAID
            .iter()
            .filter(|(english, _)| rest.starts_with(english))
            .max_by_key(|(english, _)| english.len());
        let length = match known {
            Some((english, translated)) => {
                german.push(' ');
                german.push_str(translated);
                english.len()
            }
            None => rest.find(". ").map_or(rest.len(), |end| end + 1),
        };
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    if german == subject { format!("{subject} ist so nicht möglich.") } else { german }
}
