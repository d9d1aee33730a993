//! Security events in words: one table for pages, and for whatever else tells people what happened.

use crate::Language;

/// How much an event matters to its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// They did it, or it happens every day.
    Usual,
    /// Worth a look.
    Notable,
    /// Perhaps it wasn't them.
    Alarming,
}

use Severity::{Alarming, Notable, Usual};

/// What an event says to the owner of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// A sentence.
    pub sentence: &'static str,
    /// How much it matters.
    pub severity: Severity,
}

/// A row of the table.
struct Row {
    kind: &'static str,
    /// What `reason` or `by` must say; empty: anything.
    which: &'static str,
    severity: Severity,
    english: &'static str,
    german: &'static str,
}

const fn row(
    kind: &'static str,
    which: &'static str,
    severity: Severity,
    english: &'static str,
    german: &'static str,
) -> Row {
    Row { kind, which, severity, english, german }
}

/// Of two rows that fit, the first. What is not here says nothing to the owner of an account.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    row("login_success", "", Usual, "You signed in.", "Sie haben sich angemeldet."),
    row("login_failure", "locked", Notable, "A sign-in was refused: there had been too many wrong passwords.", "Eine Anmeldung wurde abgewiesen: zu viele falsche Passwörter zuvor."),
    row("login_failure", "rate_limited", Notable, "A sign-in was refused: there were too many from that network.", "Eine Anmeldung wurde abgewiesen: zu viele aus diesem Netz."),
    row("login_failure", "code", Notable, "A wrong code from a mail was typed.", "Ein falscher Code aus einer Mail wurde eingegeben."),
    row("login_failure", "email_not_verified", Notable, "A sign-in was refused: the address was not confirmed.", "Eine Anmeldung wurde abgewiesen: Die Adresse war nicht bestätigt."),
    row("login_failure", "banned", Notable, "A sign-in was refused: the account was blocked.", "Eine Anmeldung wurde abgewiesen: Das Konto war gesperrt."),
    row("login_failure", "password_change", Notable, "A wrong password was typed to change the password.", "Beim Ändern des Passworts wurde ein falsches eingegeben."),
    row("login_failure", "account_deletion", Notable, "A wrong password was typed to delete the account.", "Beim Löschen des Kontos wurde ein falsches Passwort eingegeben."),
    row("login_failure", "email_change", Notable, "A wrong password was typed to change the address.", "Beim Ändern der Adresse wurde ein falsches Passwort eingegeben."),
    row("login_failure", "step_up", Notable, "A wrong password was typed in one of your sessions.", "In einer Ihrer Sitzungen wurde ein falsches Passwort eingegeben."),
    row("login_failure", "", Notable, "A sign-in failed with a wrong password.", "Eine Anmeldung ist an einem falschen Passwort gescheitert."),
    row("logout", "", Usual, "You signed out.", "Sie haben sich abgemeldet."),
    row("password_change", "", Notable, "The password was changed. All other sessions were ended.", "Das Passwort wurde geändert. Alle anderen Sitzungen wurden beendet."),
    row("password_reset_request", "", Notable, "Someone asked for a new password by mail.", "Jemand hat per Mail ein neues Passwort angefordert."),
    row("password_reset_complete", "", Notable, "A new password was chosen by mail. Every session was ended.", "Per Mail wurde ein neues Passwort gewählt. Alle Sitzungen wurden beendet."),
    row("magic_link_request", "", Usual, "Someone asked to sign in by mail.", "Jemand wollte sich per Mail anmelden."),
    row("email_change_request", "", Notable, "Another address was asked for.", "Eine andere Adresse wurde gewünscht."),
    row("email_changed", "owner", Notable, "The address was changed.", "Die Adresse wurde geändert."),
    row("email_changed", "", Notable, "An administrator changed the address.", "Die Betreiber haben die Adresse geändert."),
    row("email_verified", "password_removed", Notable, "The address was confirmed by a sign-in by mail. The password, which anyone could have set before, no longer works.", "Die Adresse wurde durch eine Anmeldung per Mail bestätigt. Das Passwort, das vorher jeder hätte setzen können, gilt nicht mehr."),
    row("email_verified", "", Usual, "The address was confirmed.", "Die Adresse wurde bestätigt."),
    row("step_up", "", Usual, "You confirmed that it’s you.", "Sie haben bestätigt, dass Sie es sind."),
    row("reported_not_me", "", Notable, "You said that it wasn’t you. Every session was ended, and the password was taken away.", "Sie haben gesagt, dass Sie es nicht waren. Alle Sitzungen wurden beendet, das Passwort gilt nicht mehr."),
    row("account_created", "", Usual, "The account was created.", "Das Konto wurde angelegt."),
    row("account_imported", "", Usual, "The account was brought here from another service.", "Das Konto wurde aus einem anderen Dienst übernommen."),
    row("account_locked", "", Alarming, "There were too many wrong passwords: sign-ins from unknown devices are refused for a while.", "Zu viele falsche Passwörter: Von unbekannten Geräten werden Anmeldungen eine Weile abgewiesen."),
    row("account_unlocked", "", Usual, "Sign-ins are accepted again.", "Anmeldungen sind wieder möglich."),
    row("device_new", "", Alarming, "Someone signed in on a device that we don’t know.", "Jemand hat sich auf einem Gerät angemeldet, das wir nicht kennen."),
    row("session_revoked", "replaced", Usual, "A session was replaced by a new one in the same browser.", "Eine Sitzung wurde im selben Browser durch eine neue ersetzt."),
    row("session_revoked", "displaced", Usual, "The oldest session ended, because there were too many.", "Die älteste Sitzung endete, weil es zu viele waren."),
    row("session_revoked", "refresh_reuse", Alarming, "A session was ended, because a token of it was used twice.", "Eine Sitzung wurde beendet, weil ein Token von ihr zweimal benutzt wurde."),
    row("session_revoked", "", Usual, "A session was ended.", "Eine Sitzung wurde beendet."),
    row("suspicious_activity", "success_after_failures", Alarming, "Someone signed in after several wrong passwords.", "Jemand hat sich nach mehreren falschen Passwörtern angemeldet."),
    row("suspicious_activity", "refresh_reuse", Alarming, "A token of a session was used twice: somebody may have copied it.", "Ein Token einer Sitzung wurde zweimal benutzt: Vielleicht wurde er kopiert."),
    row("suspicious_activity", "user_agent_changed", Alarming, "A session was used in another browser: somebody may have copied it.", "Eine Sitzung wurde in einem anderen Browser benutzt: Vielleicht wurde sie kopiert."),
    row("suspicious_activity", "failures_on_account", Alarming, "Many sign-ins failed within a short time.", "In kurzer Zeit sind viele Anmeldungen gescheitert."),
    row("suspicious_activity", "", Alarming, "Something happened that an honest app does not do.", "Etwas geschah, das keine ehrliche App tut."),
    row("permission_changed", "", Notable, "An administrator changed what you may do.", "Die Betreiber haben geändert, was Sie dürfen."),
    // Told by mail alone: the end, and whatever an operator changes.
    row("account_deleted", "", Alarming, "The account was deleted, with all its sessions.", "Das Konto wurde gelöscht, mit allen Sitzungen."),
    row("account_changed", "", Notable, "An administrator changed your account.", "Die Betreiber haben Ihr Konto geändert."),
    row("user_banned", "", Alarming, "The account was blocked. Every session was ended.", "Das Konto wurde gesperrt. Alle Sitzungen wurden beendet."),
    row("user_unbanned", "", Notable, "The account is no longer blocked.", "Das Konto ist nicht mehr gesperrt."),
    row("organization_created", "", Usual, "You made an organization.", "Sie haben eine Organisation angelegt."),
    row("organization_member_added", "", Usual, "You became a member of an organization.", "Sie wurden Mitglied einer Organisation."),
    row("organization_member_removed", "", Usual, "You are no longer a member of an organization.", "Sie sind nicht mehr Mitglied einer Organisation."),
];

/// What an event says, by its kind, and by what its metadata calls `reason` or `by`. None for one that says nothing to the owner of an
/// account.
#[must_use]
pub fn told(kind: &str, which: &[&str], language: Language) -> Option<Told> {
    let fits = |row: &&Row| row.kind == kind && (row.which.is_empty() || which.contains(&row.which));
    let Row { severity, english, german, .. } = TABLE.iter().find(fits)?;
    let sentence = match language {
        Language::English => english,
        Language::German => german,
    };
    Some(Told { sentence, severity: *severity })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_says_more() {
        let english = |kind, which: &[&str]| told(kind, which, Language::English).map(|told| told.sentence);
        assert_eq!(
            english("login_failure", &["credentials"]),
            Some("A sign-in failed with a wrong password.")
        );
        assert_eq!(english("login_failure", &["code"]), Some("A wrong code from a mail was typed."));
        assert_eq!(english("keys_rotated", &[]), None);
    }

    #[test]
    fn no_row_hides_another() {
        for (index, row) in TABLE.iter().enumerate() {
            let before = TABLE.iter().take(index);
            let hides = |earlier: &Row| {
                earlier.kind == row.kind && (earlier.which.is_empty() || earlier.which == row.which)
            };
            assert!(!before.into_iter().any(hides), "{} {}", row.kind, row.which);
        }
    }
}
