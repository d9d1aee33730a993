//! A letter as HTML, in what mail programs understand: styles at the elements, and a `style` for dark mode where it is read.

use crate::words::Parts;
use mana_auth_face::{Colour, Shades, Theme};
use maud::{DOCTYPE, Markup, html};

/// Where a program reads `style`, its colours follow the reader's; elsewhere the mail is light.
fn style(dark: &Shades) -> String {
    let Shades { ground, sheet, text, soft, line, fill, on, .. } = dark;
    format!(
        ":root{{color-scheme:light dark;supported-color-schemes:light dark}}\
         @media (prefers-color-scheme:dark){{.page{{background:{ground}!important}}.sheet{{background:{sheet}!important;border-color:{line}!important}}\
         .words{{color:{text}!important}}.aside{{color:{soft}!important}}.button{{background:{fill}!important;color:{on}!important}}\
         .code{{background:{ground}!important;color:{text}!important}}}}"
    )
}

const FONT: &str = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5";

/// The document.
pub fn render(parts: &Parts<'_>, footer: &str, theme: &Theme, tag: &str) -> Markup {
    let palette = theme.palette();
    let Shades { ground, sheet, text, soft, line, fill, on, .. } = &palette.light;
    html! {
        (DOCTYPE)
        html lang=(tag) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                meta name="color-scheme" content="light dark";
                // Some programs make links of what looks like one.
                meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no";
                title { (parts.subject) }
                style { (maud::PreEscaped(style(&palette.dark))) }
            }
            body class="page" style=(format!("margin:0;padding:0;background:{ground}")) {
                div class="page" style=(format!("padding:24px 12px;background:{ground}")) {
                    div class="sheet" style=(format!("max-width:480px;margin:0 auto;padding:28px 24px;background:{sheet};border:1px solid {line};border-radius:16px;{FONT}")) {
                        p class="words" style=(format!("margin:0 0 20px;color:{text};font-size:18px;font-weight:600")) {
                            @match theme.logo() {
                                Some(logo) => img src=(logo) alt=(theme.product()) height="40" style="height:40px;max-width:160px;border:0";,
                                None => (theme.product()),
                            }
                        }
                        @for sentence in &parts.lead { (words(sentence, text)) }
                        @if let Some((button, link)) = parts.button {
                            p style="margin:24px 0" {
                                a class="button" href=(link) style=(format!("display:inline-block;padding:12px 20px;border-radius:8px;background:{fill};color:{on};text-decoration:none;font-weight:600")) { (button) }
                            }
                        }
                        @if let Some((before, code)) = parts.code {
                            (words(before, text))
                            p class="code" style=(format!("margin:0 0 16px;padding:12px;border-radius:8px;background:{ground};color:{text};font-family:ui-monospace,Consolas,monospace;font-size:24px;letter-spacing:3px;text-align:center")) { (code) }
                        }
                        @for sentence in &parts.rest { (words(sentence, text)) }
                        @if let Some((_, link)) = parts.button {
                            p class="aside" style=(format!("margin:24px 0 0;color:{soft};font-size:13px;word-break:break-all")) { (link) }
                        }
                    }
                    p class="aside" style=(format!("max-width:480px;margin:16px auto 0;padding:0 24px;color:{soft};{FONT};font-size:13px")) { (footer) }
                }
            }
        }
    }
}

fn words(sentence: &str, colour: &Colour) -> Markup {
    html! { p class="words" style=(format!("margin:0 0 16px;color:{colour}")) { (sentence) } }
}
