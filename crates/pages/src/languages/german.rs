//! German.

use super::{
    german_faults::fault,
    german_moments::{ago, day, heading},
};
use crate::{
    field::breaking,
    frame::Frame,
    words::{
        About, Account, Activity, Delete, Forgot, Links, Login, Logout, Magic, Moments, Pressed, Profile,
        Register, Reset, Security, Sessions, StepUp, Trouble, Verify, Words,
    },
};
use maud::{Markup, html};

pub static WORDS: Words = Words {
    name: "Deutsch",
    error: "Fehler: ",
    imprint: "Impressum",
    privacy: "Datenschutz",
    email: "E-Mail-Adresse",
    password: "Passwort",
    new_password: "Neues Passwort",
    new_password_hint: "Mindestens 12 Zeichen. Drei, vier zufällige Wörter merken Sie sich leichter als Sonderzeichen.",
    person: "Name",
    optional: " (freiwillig)",
    code: "Code aus der Mail",
    fault,
    locked: |frame, seconds| {
        html! { "Zu viele Versuche sind gescheitert. Versuchen Sie es " (wait(seconds)) " wieder, oder " a href=(frame.to("/forgot-password")) { "wählen Sie ein neues Passwort" } "." }
    },
    too_many: |seconds| {
        format!("Aus Ihrem Netz kamen zu viele Anfragen. Versuchen Sie es {} wieder.", wait(seconds))
    },
    busy: "Der Dienst ist gerade ausgelastet. Versuchen Sie es gleich noch einmal.",
    remember: "30 Tage angemeldet bleiben",
    remember_hint: "Nicht an Computern, die andere mitbenutzen.",
    login: Login {
        title: "Anmelden",
        button: "Anmelden",
        then: |place| html! { "Danach zurück zu " b { (place) } },
        mismatch: |frame| {
            html! { "Adresse und Passwort gehören nicht zusammen. Prüfen Sie beides, oder " a href=(frame.to("/forgot-password")) { "wählen Sie ein neues Passwort" } "." }
        },
        banned: |frame| html! { "Dieses Konto ist gesperrt. Wenden Sie sich an " (operator(frame)) "." },
        forgot_without_mail: |frame| html! { "Passwort vergessen? Wenden Sie sich an " (operator(frame)) "." },
        unverified: |frame| {
            html! { "Diese Adresse ist noch nicht bestätigt. Öffnen Sie den Link in unserer Mail, oder " a href=(frame.to("/verify-email")) { "fordern Sie eine neue an" } "." }
        },
        forgot: "Passwort vergessen?",
        by_mail: "Stattdessen per Mail anmelden",
        register: |frame| html! { "Neu hier? " a href=(frame.to("/register")) { "Konto anlegen" } },
        signed_out: "Sie sind abgemeldet.",
        session_over: "Ihre Sitzung ist beendet. Melden Sie sich an, um fortzufahren.",
        password_set: "Ihr neues Passwort gilt jetzt, alle Sitzungen sind beendet. Melden Sie sich damit an.",
        verified: "Ihre Adresse ist bestätigt. Melden Sie sich mit dem Passwort an, das Sie gewählt haben.",
        deleted: "Ihr Konto ist gelöscht.",
    },
    register: Register {
        title: "Konto anlegen",
        button: "Konto anlegen",
        email_hint: "Wir schicken eine Mail dorthin, um sie zu bestätigen.",
        taken: |frame| {
            html! { "Diese Adresse ist vergeben. Ist es Ihre? " a href=(frame.to("/login")) { "Melden Sie sich an" } ", oder " a href=(frame.to("/forgot-password")) { "wählen Sie ein neues Passwort" } "." }
        },
        login: |frame| html! { "Sie haben schon ein Konto? " a href=(frame.to("/login")) { "Anmelden" } },
    },
    forgot: Forgot {
        title: "Neues Passwort wählen",
        lead: "Wir schicken Ihnen einen Link und einen Code. Mit einem von beiden wählen Sie ein neues Passwort.",
        button: "Mail schicken",
        login: |frame| html! { "Doch wieder eingefallen? " a href=(frame.to("/login")) { "Anmelden" } },
    },
    reset: Reset {
        title: "Neues Passwort wählen",
        sent_title: "Prüfen Sie Ihr Postfach",
        sent: |address| {
            html! { "Wenn es zu " b { (breaking(address)) } " ein Konto gibt, sind ein Link und ein Code unterwegs. Sie gelten eine Stunde." }
        },
        code_hint: "Der Link in der Mail leistet dasselbe, auf jedem Gerät.",
        button: "Passwort setzen",
        all_end: "Alle Sitzungen Ihres Kontos enden.",
        bad: "Er wurde schon benutzt, er ist älter als eine Stunde, oder seither hat sich etwas geändert.",
        wrong_code: "Dieser Code ist falsch, wurde benutzt oder ist zu alt. Prüfen Sie ihn, oder fordern Sie unten einen neuen an.",
        again: "fordern Sie eine neue Mail an",
        nothing_came: "Nach einer Minute nichts da? Sehen Sie im Spam-Ordner nach, oder ",
    },
    verify: Verify {
        title: "Adresse bestätigen",
        button: "Adresse bestätigen",
        choose: "Als neues Passwort festlegen",
        of_browser: "Damit bestätigen Sie die Adresse, an die unsere Mail ging. Ihr Konto ist dann fertig, mit dem Passwort, das Sie gewählt haben.",
        with_password: "Haben Sie das Konto selbst angelegt, geben Sie Ihr Passwort ein. War es jemand anderes, geben Sie ein neues ein; das andere gilt dann nicht mehr.",
        password_hint: "Ihres, oder ein neues von mindestens 12 Zeichen.",
        other: "Das ist nicht das Passwort, das für dieses Konto gewählt wurde. Geben Sie es noch einmal ein, oder geben Sie ein neues ein und legen Sie es fest.",
        ask: "Wir schicken Ihnen einen neuen Link und einen neuen Code.",
        sent_title: "Prüfen Sie Ihr Postfach",
        sent: |address| {
            html! { "Wir haben einen Link und einen Code an " b { (breaking(address)) } " geschickt. Der Link gilt 24 Stunden, der Code eine Stunde." }
        },
        bad: "Er wurde schon benutzt, er ist älter als 24 Stunden, oder seither hat sich etwas geändert.",
    },
    magic: Magic {
        title: "Per Mail anmelden",
        lead: "Wir schicken Ihnen einen Link und einen Code. Eins von beiden genügt, in diesem Browser. Ein Passwort brauchen Sie nicht.",
        button: "Mail schicken",
        sent: |address| {
            html! { "Wenn es zu " b { (breaking(address)) } " ein Konto gibt, sind ein Link und ein Code unterwegs. Sie gelten 15 Minuten, in diesem Browser." }
        },
        code_hint: "Die Mail woanders geöffnet? Geben Sie den Code hier ein.",
        press: "Sie haben diese Mail in diesem Browser angefordert. Mit dem Knopf melden Sie sich hier an.",
        elsewhere_title: "Zurück zum anderen Fenster",
        elsewhere: "Sie haben diese Mail in einem anderen Browser angefordert. Geben Sie den Code aus der Mail dort ein.",
        here_instead: "Stattdessen hier anmelden",
        bad: "Er wurde schon benutzt, er ist älter als 15 Minuten, oder er wurde in einem anderen Browser angefordert. War es ein anderer Browser, geben Sie dort den Code ein.",
        password: "Stattdessen mit Passwort anmelden",
    },
    step_up: StepUp {
        title: "Bestätigen Sie, dass Sie es sind",
        lead: "Bevor es weitergeht, geben Sie noch einmal Ihr Passwort ein.",
        kept: "Was Sie eingegeben haben, bleibt erhalten.",
        signed_in_as: "Angemeldet als",
        hint: |minutes| match minutes {
            1 => "Danach fragen wir eine Minute lang nicht mehr.".into(),
            _ => format!("Danach fragen wir {minutes} Minuten lang nicht mehr."),
        },
        button: "Bestätigen",
        wrong: "Dieses Passwort ist falsch.",
        no_password: "Ihr Konto hat noch kein Passwort. Legen Sie zuerst eines fest: Dabei enden alle Sitzungen, und Sie melden sich damit an.",
        choose: "Passwort per Mail festlegen",
        back: "Zurück, ohne etwas zu ändern",
    },
    logout: Logout {
        title: "Abmelden",
        lead: "Das beendet die Sitzung in diesem Browser. Ihre anderen Sitzungen bleiben.",
        button: "Abmelden",
        back: "Angemeldet bleiben",
    },
    account: Account {
        name: "Konto",
        profile: "Profil",
        security: "Sicherheit",
        sessions: "Sitzungen",
        activity: "Verlauf",
        saved: "Gespeichert.",
    },
    profile: Profile {
        lead: "Ihr Name, und die Sprache dieser Seiten und unserer Mails.",
        person_hint: "Apps können ihn anderen Personen zeigen.",
        language: "Sprache",
        language_hint: "Für diese Seiten und unsere Mails.",
        as_browser: "Wie im Browser eingestellt",
        save: "Speichern",
    },
    security: Security {
        lead: "Wie Sie sich anmelden.",
        password_title: "Passwort",
        current: "Aktuelles Passwort",
        wrong: "Dieses Passwort ist falsch.",
        change: "Passwort ändern",
        others_end: "Mit der Änderung enden alle anderen Sitzungen.",
        changed: "Ihr Passwort ist geändert. Alle anderen Sitzungen wurden beendet.",
        none_yet: |frame| {
            html! { "Sie melden sich nur per Mail an. Um die Adresse zu ändern oder das Konto zu löschen, " a href=(frame.to("/forgot-password")) { "legen Sie zuerst ein Passwort fest" } "." }
        },
        email_title: "E-Mail-Adresse",
        unverified: |frame| html! { "Sie ist noch nicht bestätigt. " a href=(frame.to("/verify-email")) { "Bestätigen" } },
        email_is: |address| html! { "Ihre Adresse ist " b { (breaking(address)) } "." },
        new_email: "Neue Adresse",
        new_email_hint: "Wir schicken eine Mail dorthin. Bis Sie die Adresse bestätigen, ändert sich nichts.",
        another_email: "Erneut senden, oder eine andere Adresse nehmen",
        send: "Mail schicken",
        sent: |address| {
            html! { "Wir haben einen Link und einen Code an " b { (breaking(address)) } " geschickt, sofern kein anderes Konto diese Adresse hat. Sie gelten eine Stunde." }
        },
        email_changed: "Ihre Adresse ist geändert. Melden Sie sich künftig mit der neuen an.",
        confirm: "Adresse bestätigen",
        proof_title: "Bestätigung",
        fresh: "Sie haben eben bestätigt, dass Sie es sind. Ein paar Minuten lang fragen wir nicht noch einmal.",
        stale: "Bevor sich die Adresse ändert oder das Konto gelöscht wird, fragen wir noch einmal nach Ihrem Passwort.",
        prove: "Jetzt bestätigen",
        delete_title: "Konto löschen",
        delete_lead: "Alles, was dazugehört, wird gelöscht. Das lässt sich nicht rückgängig machen.",
        delete: "Konto löschen …",
    },
    sessions: Sessions {
        lead: "Wo Sie angemeldet sind. Melden Sie ab, was Sie nicht kennen oder nicht mehr brauchen. Zeiten in UTC.",
        here: "Dieses Gerät",
        you_are_here: "Hier sind Sie",
        elsewhere: "Anderswo",
        nowhere_else: "Sie sind nirgends sonst angemeldet.",
        unknown_device: "Unbekanntes Gerät",
        device,
        end: "Abmelden",
        end_all: |count| {
            if count == 1 { "Die andere abmelden".into() } else { format!("Alle {count} abmelden") }
        },
        ended: |frame, name| {
            html! { (name) " ist abgemeldet. Wenn Sie es nicht kennen, " a href=(frame.to("/account/security")) { "ändern Sie Ihr Passwort" } "." }
        },
        all_ended: "Alle anderen Sitzungen sind abgemeldet.",
        active: |when, address| html! { "Aktiv " (when) (from(address)) },
        active_now: |address| html! { "Gerade aktiv" (from(address)) },
        remembered: |until| html! { "30 Tage: endet am " (until) ", wenn unbenutzt" },
        until: |until| html! { "7 Tage: endet am " (until) ", wenn unbenutzt" },
        opened: |when| html! { "Aus dieser Sitzung geöffnet " (when) },
        opened_from: |name| format!("Geöffnet aus {name}"),
        ends_with: |name| format!("Endet zusammen mit {name}"),
    },
    activity: Activity {
        lead: "Anmeldungen und Änderungen an Ihrem Konto. Zeiten in UTC.",
        none: "Bisher ist nichts geschehen.",
        from: |address| html! { "Über " (breaking(address)) },
        not_you: "Waren Sie das nicht? Ändern Sie Ihr Passwort: Damit enden alle anderen Sitzungen.",
        not_me: "Das war ich nicht",
        earlier: "Ältere Einträge",
    },
    delete: Delete {
        title: "Konto löschen",
        lead: "Ihr Konto, seine Sitzungen und alles, was Apps dazu speichern, wird sofort gelöscht. Das lässt sich nicht rückgängig machen.",
        sure: "Ich will mein Konto löschen",
        button: "Konto löschen",
        back: "Konto behalten",
    },
    moment: Moments { ago, day, heading },
    links: Links {
        bad_title: "Dieser Link gilt nicht mehr",
        another: "Neue Mail anfordern",
        not_possible: "Das geht nicht",
        taken: "Ein anderes Konto hat diese Adresse.",
        another_email: "Andere Adresse wählen",
        no_mail: "Nichts gekommen? Neu anfordern",
        to_security: "Adresse ändern",
        tick_first: "Setzen Sie zuerst den Haken. Bisher ist nichts geschehen.",
        elsewhere_title: "Hier sind Sie nicht angemeldet",
        elsewhere: "Öffnen Sie den Link in dem Browser, in dem Sie ihn angefordert haben, oder melden Sie sich zuerst hier an. Geändert wurde noch nichts.",
        not_me: Pressed {
            title: "Das war ich nicht",
            asks: "Waren Sie das nicht, beenden Sie jetzt alle Sitzungen und sperren Sie das Passwort. Dann schicken wir Ihnen einen Link, über den Sie ein neues wählen.",
            tick: "Alle Sitzungen beenden und das Passwort sperren",
            button: "Alle Sitzungen beenden",
            instead: "Das war doch ich",
            done_title: "Alle Sitzungen sind beendet",
            done: "Wir haben Ihnen einen Link geschickt, über den Sie ein neues Passwort wählen. Das alte gilt nicht mehr.",
            bad: "Er wurde schon benutzt, er ist älter als 7 Tage, oder Ihr Konto hat seither eine andere Adresse.",
        },
        allow_email: Pressed {
            title: "Andere Adresse erlauben",
            asks: "Jemand, vermutlich Sie, will die Adresse dieses Kontos ändern. Wenn Sie es erlauben, fragen wir auch bei der neuen Adresse nach.",
            tick: "",
            button: "Änderung erlauben",
            instead: "Das waren nicht Sie? Passwort ändern",
            done_title: "Die Änderung ist erlaubt",
            done: "Eine Mail an die neue Adresse ist unterwegs.",
            bad: CHANGE_OVER,
        },
        confirm_email: Pressed {
            title: "Neue Adresse bestätigen",
            asks: "Dann melden Sie sich mit der Adresse an, an die unsere Mail ging.",
            tick: "",
            button: "Adresse bestätigen",
            instead: "Die Adresse so lassen",
            done_title: "Ihre Adresse ist geändert",
            done: "Melden Sie sich künftig mit der neuen an.",
            bad: CHANGE_OVER,
        },
        undo_email: Pressed {
            title: "Adressänderung zurücknehmen",
            asks: "Ihr Konto bekommt die Adresse zurück, an die diese Mail ging. Alle Sitzungen enden, und das Passwort gilt nicht mehr. Dann schicken wir Ihnen einen Link, über den Sie ein neues wählen.",
            tick: "Ich will die alte Adresse zurück",
            button: "Änderung zurücknehmen",
            instead: "Neue Adresse behalten",
            done_title: "Die Änderung ist zurückgenommen",
            done: "Wir haben Ihnen einen Link geschickt, über den Sie ein neues Passwort wählen. Das alte gilt nicht mehr.",
            bad: "Er wurde schon benutzt, er ist älter als 7 Tage, oder es gibt das Konto nicht mehr.",
        },
    },
    trouble: Trouble {
        title: |status| match status {
            400 => "Diese Anfrage ist nicht lesbar",
            401 => "Sie sind nicht angemeldet",
            403 => "Das ist nicht erlaubt",
            404 => "Diese Seite gibt es nicht",
            405 => "So lässt sich diese Seite nicht öffnen",
            408 | 504 => "Das hat zu lange gedauert",
            413 | 431 => "Das war zu viel auf einmal",
            415 => "Dieses Formular ist nicht lesbar",
            421 => "Das ist nicht unsere Adresse",
            429 => "Zu viele Anfragen",
            503 => "Der Dienst ist gerade ausgelastet",
            _ => "Etwas ist schiefgegangen",
        },
        says: |status| match status {
            400 | 405 | 415 => {
                "Gehen Sie zurück, laden Sie die Seite neu, und versuchen Sie es noch einmal. Geändert wurde nichts."
            }
            401 => "Melden Sie sich an, um fortzufahren. Geändert wurde nichts.",
            403 => {
                "Die Anfrage kam von einer Seite, die wir nicht kennen, oder ist nicht für Ihr Konto. Geändert wurde nichts."
            }
            404 => {
                "Vielleicht enthält die Adresse einen Tippfehler, oder sie führte zu etwas, das es nicht mehr gibt."
            }
            408 | 504 => {
                "Ob Ihr letzter Schritt angekommen ist, wissen wir nicht. Sehen Sie nach, bevor Sie ihn wiederholen."
            }
            503 => "Versuchen Sie es gleich noch einmal.",
            413 | 431 => {
                "Es wurde mehr gesendet, als wir annehmen. Geschieht es wieder, löschen Sie die Cookies dieser Seite."
            }
            421 => "Prüfen Sie die Adresse dieser Seite.",
            429 => "Warten Sie ein paar Minuten, dann versuchen Sie es wieder.",
            _ => {
                "Der Fehler liegt bei uns und wurde protokolliert. Versuchen Sie es in ein paar Minuten wieder."
            }
        },
        home: "Zur Startseite",
        reference: |status, request| {
            if request.is_empty() {
                format!("Fehler {status}")
            } else {
                format!("Fehler {status}, Kennung {request}")
            }
        },
    },
    about: About {
        title: "Ein Anmeldedienst",
        says: |product| {
            format!(
                "Hier melden Apps von {product} Menschen an. Zu sehen gibt es nichts: Gehen Sie zurück zu der App, aus der Sie kommen."
            )
        },
    },
};

const CHANGE_OVER: &str = "Er wurde schon benutzt, er ist älter als eine Stunde, oder er gehört zu einem anderen Konto als dem, das hier angemeldet ist. Beginnen Sie die Änderung noch einmal.";

fn wait(seconds: u64) -> String {
    match seconds {
        0..=90 => "in einer Minute".into(),
        91..=5400 => format!("in {} Minuten", seconds.div_ceil(60)),
        _ => format!("in {} Stunden", seconds.div_ceil(3600)),
    }
}

fn from(address: Option<&str>) -> Markup {
    html! { @if let Some(address) = address { " über " (breaking(address)) } }
}

/// Those who run the service; a link where there is one.
fn operator(frame: &Frame<'_>) -> Markup {
    const THEY: &str = "den Betreiber dieses Dienstes";
    html! { @match frame.theme.imprint() { Some(imprint) => a href=(imprint) { (THEY) }, None => (THEY) } }
}

/// „Firefox unter Linux“, „Safari auf dem iPad“. What somebody has called a device themselves stays.
fn device(name: &str) -> String {
    match name.rsplit_once(" on ") {
        Some((browser, system @ ("iPhone" | "iPad"))) => format!("{browser} auf dem {system}"),
        Some((browser, system @ ("Windows" | "macOS" | "Linux" | "Android" | "iOS" | "ChromeOS"))) => {
            format!("{browser} unter {system}")
        }
        _ => name.to_owned(),
    }
}
