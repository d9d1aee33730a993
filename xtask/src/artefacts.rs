//! What there is to build, and of what each is made.

use anyhow::{Result, bail};

/// What a guest may know of the world.
#[derive(Clone, Copy, PartialEq)]
pub enum GuestKind {
    /// Nothing but its imports: no WASI.
    Pure,
    /// WASI: an adapter between the pure ones and a runtime.
    Wasi,
}

/// A guest crate and what becomes of it.
pub struct Guest {
    pub package: &'static str,
    pub kind: GuestKind,
    pub features: &'static [&'static str],
    /// Whether it computes with vectors (simd128).
    pub vectors: bool,
    /// Whether a dependency brings glue for a browser along, which is taken out.
    pub browser_glue: bool,
    /// The name of the artefact in `target/mana/`.
    pub artefact: &'static str,
    pub precompile: bool,
}

const PURE: Guest = Guest {
    package: "",
    kind: GuestKind::Pure,
    features: &[],
    vectors: false,
    browser_glue: false,
    artefact: "",
    precompile: false,
};

pub const GUESTS: &[Guest] = &[
    Guest { package: "mana-auth-component", artefact: "auth", precompile: true, ..PURE },
    Guest { package: "mana-auth-tokens", features: &["component"], artefact: "verifier", ..PURE },
    Guest {
        package: "mana-auth-passwords",
        features: &["component"],
        // A hash takes three quarters of the time with them (Spin 4.1, in pairs). The other guests gain nothing.
        vectors: true,
        browser_glue: true,
        artefact: "passwords",
        precompile: true,
        ..PURE
    },
    Guest { package: "mana-auth-misbehaving-guest", artefact: "misbehaving", precompile: true, ..PURE },
    Guest { package: "mana-auth-embedded-guest", artefact: "embedded", precompile: true, ..PURE },
    Guest { package: "mana-auth-front", artefact: "front", kind: GuestKind::Wasi, ..PURE },
    Guest { package: "mana-auth-spin-adapter", artefact: "spin-adapter", kind: GuestKind::Wasi, ..PURE },
    Guest { package: "mana-auth-spin-guard", artefact: "spin-guard", kind: GuestKind::Wasi, ..PURE },
    Guest { package: "mana-auth-spin-client", artefact: "spin-client", kind: GuestKind::Wasi, ..PURE },
    Guest {
        package: "mana-auth-example-http",
        artefact: "example-http",
        kind: GuestKind::Wasi,
        precompile: true,
        ..PURE
    },
    Guest { package: "mana-auth-example-typed", artefact: "example-typed", kind: GuestKind::Wasi, ..PURE },
    Guest {
        package: "mana-auth-example-guarded",
        artefact: "example-guarded",
        kind: GuestKind::Wasi,
        ..PURE
    },
];

/// What is composed of others: the socket's imports are satisfied by the plug's exports.
pub struct Composition {
    pub socket: &'static str,
    pub plug: &'static str,
    pub artefact: &'static str,
    pub precompile: bool,
}

/// In order: a socket or plug that is composed itself comes first.
pub const COMPOSITIONS: &[Composition] = &[
    // For every host that speaks wasi:http.
    Composition { socket: "front", plug: "auth", artefact: "auth-http", precompile: false },
    Composition {
        socket: "auth-http",
        plug: "passwords",
        artefact: "auth-http-passwords",
        precompile: false,
    },
    Composition { socket: "auth-http-passwords", plug: "spin-adapter", artefact: "spin", precompile: true },
    // What Spin itself composes for the examples, for the tests.
    Composition {
        socket: "example-typed",
        plug: "spin-client",
        artefact: "typed-with-client",
        precompile: true,
    },
    Composition {
        socket: "spin-guard",
        plug: "example-guarded",
        artefact: "guarded-by-guard",
        precompile: true,
    },
];

/// The artefacts to build: those named and all that they are composed of; or every one, where none is named.
pub struct Wanted(Option<Vec<String>>);

impl Wanted {
    /// # Errors
    ///
    /// Where no artefact is called so.
    pub fn new(mut names: Vec<String>) -> Result<Self> {
        let known =
            GUESTS.iter().map(|guest| guest.artefact).chain(COMPOSITIONS.iter().map(|made| made.artefact));
        let known: Vec<_> = known.collect();
        if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
            bail!("no artefact is called {unknown}");
        }
        if names.is_empty() {
            return Ok(Self(None));
        }
        for made in COMPOSITIONS.iter().rev() {
            if names.iter().any(|name| name == made.artefact) {
                names.extend([made.socket.to_owned(), made.plug.to_owned()]);
            }
        }
        Ok(Self(Some(names)))
    }

    pub const fn is_everything(&self) -> bool {
        self.0.is_none()
    }

    pub fn contains(&self, artefact: &str) -> bool {
        self.0.as_ref().is_none_or(|names| names.iter().any(|name| name == artefact))
    }
}
