//! Hashes that an import brought: made by others, of what they took for the password.

use crate::{
    runner::recorder::Recorder,
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, Service, Stage},
};
use serde_json::json;

scenarios![
    what_bcrypt_never_saw_is_not_hashed needs Sqlite,
    what_fills_bcrypt_to_the_last_byte_is_not_hashed needs Sqlite,
    what_follows_a_nul_is_not_hashed needs Sqlite,
    a_password_proven_in_part_can_be_changed needs Sqlite,
    a_hash_of_what_was_typed_is_found needs Sqlite,
    a_wrong_spelling_of_what_was_typed_is_refused needs Sqlite,
    a_hash_of_the_normal_form_is_found_by_every_spelling needs Sqlite,
    a_guess_of_which_one_form_alone_was_compared_counts needs Passwords,
    the_same_of_somebody_who_is_signed_in needs Passwords,
];

/// 72 bytes, as many as bcrypt looks at.
const LONG: &str = "seven otters rehearse a tango while nine badgers compose a waltz for tea";
/// bcrypt by libxcrypt, of [`LONG`] and of it with any tail.
const OF_LONG: &str = "$2b$04$mana.auth.tests.salt.uNKNsOFpgv2KAQ5z4.9wx4xBioz50Ww.";
/// bcrypt by libxcrypt, of [`PASSWORD`].
const OF_PASSWORD: &str = "$2b$04$mana.auth.tests.salt.u.O2CqthPapuNtn0proQ0lDpFkRna.hq";
/// scrypt by OpenSSL, as Better Auth writes it, of [`PASSWORD`].
const SCRYPT_OF_PASSWORD: &str = "6d616e6161757468746573747373616c:f2290422d018f192dad2d8769d3abf7f635d61832baef635e8d0e200802d9e43a306795fcae8f72a50f9eb037cb2ed0b78a06f226163c5aa22322f472aeeb384";

/// Passwords as they were typed, their normal form, and hashes of what was typed: bcrypt by libxcrypt, scrypt by OpenSSL, Argon2id by the
/// reference implementation, at the suite's cost.
const TYPED: [(&str, &str, [&str; 3]); 3] = [
    (
        "Acme™ rocks² at dawn",
        "AcmeTM rocks2 at dawn",
        [
            "$2b$04$mana.auth.tests.salt.u3XRBf5/DpDXx3LoMv9o02ZDxGhwI3cS",
            "6d616e6161757468746573747373616c:962c90f32875f6f71bf6087d8cc8f7417dc3e93db2ace9b9c1eb7c4418e8ee70e871be5030218f7f21b064475fb17aa751940c3dc982944f230a6b710c421771",
            "$argon2id$v=19$m=1024,t=1,p=1$bWFuYS1hdXRoLXRlc3RzIQ$JFqK16P5qtQ8VHAm0bby0A82XSQevbrExTarjANXNnA",
        ],
    ),
    (
        "Cre\u{300}me bru\u{302}le\u{301}e a\u{300} midi",
        "Cr\u{e8}me br\u{fb}l\u{e9}e \u{e0} midi",
        [
            "$2b$04$mana.auth.tests.salt.u6RwnxQg3OMWAEn7J8fo6es0iyab9UP6",
            "6d616e6161757468746573747373616c:94becc43984ce327dda7a4a5b910992b156d9723ca23739e8e4ca7ab6333324ee74a0f8921b63b851c8a486030de8ace4ff5b6fd0b44b5d0d78324223ced3919",
            "$argon2id$v=19$m=1024,t=1,p=1$bWFuYS1hdXRoLXRlc3RzIQ$x+uexCPTV+ITNoFyPfcGSMUGryvyq4/+mSA4qZDZn9s",
        ],
    ),
    (
        "otters\u{a0}rehearse\u{a0}a tango",
        "otters rehearse a tango",
        [
            "$2b$04$mana.auth.tests.salt.udYbBrsuuOnI0a2HLGiyjEy9kL8HtuEi",
            "6d616e6161757468746573747373616c:e012eca9cce175646b4e914ffdd7a731785a0b73b2daca6a5ce990c9497d5221973a7a3bf3508281c980d55c27fc26a0acb8addc5553064b3219ab58dee940d4",
            "$argon2id$v=19$m=1024,t=1,p=1$bWFuYS1hdXRoLXRlc3RzIQ$eDhoQpoFWjMC2ixok/61yLDU8yPOK78UfiAC52qzEvg",
        ],
    ),
];

/// An account with a hash that was imported.
async fn imported(stage: Stage, hash: &str) -> Service {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    import(&service, hash);
    service
}

fn import(service: &Service, hash: &str) {
    assert_eq!(service.sql(&format!("UPDATE accounts SET password = '{hash}'")), 1);
}

fn stored(service: &Service) -> String {
    service.database().query_row("SELECT password FROM accounts", [], |row| row.get(0)).expect("a hash")
}

async fn sign_in(service: &Service, password: &str) {
    service.sign_in_with(json!({ "email": "ana@example.org", "password": password })).await;
}

async fn is_refused(service: &Service, password: &str) {
    let body = json!({ "email": "ana@example.org", "password": password });
    service.client().post("/login", body).await.refused("INVALID_CREDENTIALS");
}

/// Another tail than the owner's would lock the owner out.
async fn what_bcrypt_never_saw_is_not_hashed(stage: Stage) {
    let service = imported(stage, OF_LONG).await;
    for tail in [" and cake", "!", " with milk"] {
        sign_in(&service, &format!("{LONG}{tail}")).await;
        assert_eq!(stored(&service), OF_LONG, "after {tail:?}");
    }
    is_refused(&service, &LONG[..71]).await;
}

/// At 72 bytes the hash is that of every longer password, too: the owner's may be one.
async fn what_fills_bcrypt_to_the_last_byte_is_not_hashed(stage: Stage) {
    let service = imported(stage, OF_LONG).await;
    sign_in(&service, LONG).await;
    assert_eq!(stored(&service), OF_LONG);
    sign_in(&service, &format!("{LONG}!")).await;
}

async fn what_follows_a_nul_is_not_hashed(stage: Stage) {
    let service = imported(stage, OF_PASSWORD).await;
    for hash in [OF_PASSWORD, SCRYPT_OF_PASSWORD] {
        import(&service, hash);
        for tail in ["\0", "\0\0"] {
            sign_in(&service, &format!("{PASSWORD}{tail}")).await;
            assert_eq!(stored(&service), hash, "after {tail:?}");
        }
        sign_in(&service, PASSWORD).await;
        assert!(stored(&service).starts_with("$argon2id$"), "{}", stored(&service));
        is_refused(&service, &format!("{PASSWORD}\0")).await;
    }
    import(&service, OF_PASSWORD);
    sign_in(&service, &format!("{PASSWORD}\0{PASSWORD}")).await;
    assert_eq!(stored(&service), OF_PASSWORD);
}

async fn a_password_proven_in_part_can_be_changed(stage: Stage) {
    let service = imported(stage, OF_LONG).await;
    let owned = format!("{LONG} with milk");
    let ana = service.sign_in_with(json!({ "email": "ana@example.org", "password": owned })).await;
    let change = json!({ "currentPassword": owned, "newPassword": OTHER_PASSWORD });
    ana.client.post("/change-password", change).await.ok();
    assert!(stored(&service).starts_with("$argon2id$"), "{}", stored(&service));
    is_refused(&service, &owned).await;
    sign_in(&service, OTHER_PASSWORD).await;
}

async fn a_hash_of_what_was_typed_is_found(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    for (typed, normal, hashes) in TYPED {
        for hash in hashes {
            import(&service, hash);
            sign_in(&service, typed).await;
            let replaced = stored(&service);
            assert!(replaced.starts_with("$argon2id$") && replaced != hash, "{typed}: {replaced}");
            // From here on, every spelling is the password.
            sign_in(&service, normal).await;
            sign_in(&service, typed).await;
            assert_eq!(stored(&service), replaced, "{typed}");
        }
    }
}

/// What was hashed elsewhere is one spelling, and no other is proven by it.
async fn a_wrong_spelling_of_what_was_typed_is_refused(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    let [(_, normal, [bcrypt, ..]), ..] = TYPED;
    import(&service, bcrypt);
    for wrong in [normal, "Acme™ rocks2 at dawn", "Acme™ rocks² at dusk"] {
        is_refused(&service, wrong).await;
        assert_eq!(stored(&service), bcrypt, "{wrong}");
    }
}

/// Better Auth hashes NFKC.
async fn a_hash_of_the_normal_form_is_found_by_every_spelling(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    for hash in [OF_PASSWORD, SCRYPT_OF_PASSWORD] {
        for spelling in [PASSWORD, "seven otters rehearse a\u{a0}tango", "ｓeven otters rehearse a tango"] {
            import(&service, hash);
            sign_in(&service, spelling).await;
            assert!(stored(&service).starts_with("$argon2id$"), "{spelling}");
            sign_in(&service, PASSWORD).await;
        }
    }
}

/// Another than the owner's, in another form than the normal one.
const GUESS: &str = "Acme™ rocks² at dusk";

/// Whoever sees to it that the second form is compared while there is no room would guess without end.
async fn a_guess_of_which_one_form_alone_was_compared_counts(stage: Stage) {
    let recorder = Recorder::new();
    let service = stage.recorded(&recorder).start().await;
    service.register("ana@example.org").await;
    recorder.refuse_second_comparisons();
    let login = async |password: &str| {
        service.client().post("/login", json!({ "email": "ana@example.org", "password": password })).await
    };
    for _ in 0..5 {
        let answer = login(GUESS).await;
        assert!([401, 503].contains(&answer.status), "{answer}");
    }
    login(PASSWORD).await.refused("ACCOUNT_LOCKED");
}

async fn the_same_of_somebody_who_is_signed_in(stage: Stage) {
    let recorder = Recorder::new();
    let service = stage.recorded(&recorder).start().await;
    let ana = service.someone().await;
    recorder.refuse_second_comparisons();
    let delete =
        async |password: &str| ana.client.delete("/account").json(&json!({ "password": password })).await;
    for _ in 0..5 {
        let answer = delete(GUESS).await;
        assert!([401, 503].contains(&answer.status), "{answer}");
    }
    delete(PASSWORD).await.refused("ACCOUNT_LOCKED");
}
