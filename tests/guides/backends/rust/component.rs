use std::time::{SystemTime, UNIX_EPOCH};
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Result, Store};

wasmtime::component::bindgen!({ path: "wit", world: "mana:auth/verifier" });

/// `component JWKS ISSUER AUDIENCE <tokens, one a line`
fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, jwks, issuer, audience] = arguments.as_slice() else { wasmtime::bail!("JWKS ISSUER AUDIENCE") };
    let engine = Engine::default();
    let component = Component::from_file(&engine, "verifier.wasm")?;
    let mut store = Store::new(&engine, ());
    let verifier = Verifier::instantiate(&mut store, &component, &Linker::new(&engine))?;
    for token in std::io::stdin().lines() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let tokens = verifier.mana_auth_tokens();
        match tokens.call_verify(&mut store, &token?, jwks, issuer, audience, now)? {
            Ok(claims) => println!("{} {} {}", claims.sub, claims.role, claims.own),
            Err(refusal) => println!("refused: {}", refusal.name()),
        }
    }
    Ok(())
}
