//! What stands before a handler: a parameter whose type has checked it, so that no handler forgets to.

use crate::repository::{files, name, read};
use syn::{FnArg, ItemFn, Type, visit::Visit};

/// The types that check who calls, or whose page.
const GUARDS: [&str; 8] =
    ["Admin", "Authenticated", "ByCookie", "FirstParty", "Fresh", "FreshAdmin", "Maintainer", "AuditSource"];

/// Handlers that anybody may call, from any page, and why.
const OPEN: [(&str, &str); 12] = [
    ("better_auth_jwks", "public keys"),
    ("jwks", "public keys"),
    ("logout", "every credential of the request is checked by itself, and its page with it"),
    ("not_me", "the token in the body is the credential"),
    ("openapi", "the document"),
    ("refresh", "the token in the body is the credential, and its use case counts failures"),
    ("reset_password", "the token or code in the body is the credential, and wrong codes are counted"),
    ("session", "what the client brought may answer; else it authenticates as all others"),
    ("undo_email_change", "the token in the body is the credential"),
    ("validate", "the token in the body is the question, and its use case counts failures"),
    ("verify_email", "the token or code in the body is the credential, and wrong codes are counted"),
    ("well_known_jwks", "public keys"),
];

pub fn guarded() {
    let mut open = Vec::new();
    for path in files("component/src/http", ".rs") {
        let mut handlers = Handlers::default();
        handlers.visit_file(&syn::parse_file(&read(&path)).expect("Rust"));
        for (handler, takes) in handlers.0 {
            if !takes.iter().any(|taken| GUARDS.contains(&taken.as_str())) {
                assert!(
                    OPEN.iter().any(|(open, _)| *open == handler),
                    "{}: {handler} takes no guard",
                    name(&path)
                );
                open.push(handler);
            }
        }
    }
    open.sort();
    assert_eq!(open, OPEN.map(|(open, _)| open), "what is listed as open must be");
}

/// The handlers of a file, and the types that they take.
#[derive(Default)]
struct Handlers(Vec<(String, Vec<String>)>);

impl Visit<'_> for Handlers {
    fn visit_item_fn(&mut self, function: &ItemFn) {
        let is_documented = |attribute: &syn::Attribute| {
            attribute.path().segments.first().is_some_and(|segment| segment.ident == "utoipa")
        };
        if !function.attrs.iter().any(is_documented) {
            return;
        }
        let takes = function.sig.inputs.iter().filter_map(|argument| match argument {
            FnArg::Typed(argument) => match &*argument.ty {
                Type::Path(path) => Some(path.path.segments.last()?.ident.to_string()),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        });
        self.0.push((function.sig.ident.to_string(), takes.collect()));
    }
}
