//! A letter as HTML, in what mail programs understand: styles at the elements, and a `style` for dark mode where it is read.

use crate::{Brand, words::Parts};
use maud::{DOCTYPE, Markup, html};

/// Where a program reads `style`, its colours follow the reader's; elsewhere the mail is light.
const STYLE: &str = "\
:root{color-scheme:light dark;supported-color-schemes:light dark}\
@media (prefers-color-scheme:dark){.page{background:#121417!important}.sheet{background:#1d2126!important;border-color:#343a41!important}\
.words{color:#e8eaed!important}.aside{color:#a5abb3!important}.code{background:#121417!important;color:#ffffff!important}}";

const FONT: &str = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5";

/// The document.
pub fn render(parts: &Parts<'_>, footer: &str, brand: &Brand, tag: &str) -> Markup {
    let (colour, on_colour) = (brand.colour(), brand.on_colour());
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
                style { (maud::PreEscaped(STYLE)) }
            }
            body class="page" style="margin:0;padding:0;background:#f3f4f6" {
                div class="page" style="padding:24px 12px;background:#f3f4f6" {
                    div class="sheet" style=(format!("max-width:480px;margin:0 auto;padding:28px 24px;background:#ffffff;border:1px solid #e1e4e8;border-radius:12px;{FONT}")) {
                        p class="words" style="margin:0 0 20px;color:#1b1f24;font-size:18px;font-weight:600" {
                            @match brand.logo() {
                                Some(logo) => img src=(logo) alt=(brand.product()) height="40" style="height:40px;max-width:160px;border:0";,
                                None => (brand.product()),
                            }
                        }
                        @for sentence in &parts.lead { (words(sentence)) }
                        @if let Some((button, link)) = parts.button {
                            p style="margin:24px 0" {
                                a href=(link) style=(format!("display:inline-block;padding:12px 20px;border-radius:8px;background:{colour};color:{on_colour};text-decoration:none;font-weight:600")) { (button) }
                            }
                        }
                        @if let Some((before, code)) = parts.code {
                            (words(before))
                            p class="code" style="margin:0 0 16px;padding:12px;border-radius:8px;background:#f3f4f6;color:#1b1f24;font-family:ui-monospace,Consolas,monospace;font-size:24px;letter-spacing:3px;text-align:center" { (code) }
                        }
                        @for sentence in &parts.rest { (words(sentence)) }
                        @if let Some((_, link)) = parts.button {
                            p class="aside" style="margin:24px 0 0;color:#5c6670;font-size:13px;word-break:break-all" { (link) }
                        }
                    }
                    p class="aside" style=(format!("max-width:480px;margin:16px auto 0;padding:0 24px;color:#5c6670;{FONT};font-size:13px")) { (footer) }
                }
            }
        }
    }
}

fn words(sentence: &str) -> Markup {
    html! { p class="words" style="margin:0 0 16px;color:#1b1f24" { (sentence) } }
}
